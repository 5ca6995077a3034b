#include "told.h"

#include "commands.h"
#include "end_limit.h"
#include "standard_output.h"

namespace warmbench::app {

int askAndTell(const CommandLine &line,
               const std::function<Result<Told>(Workbench &, const CommandLine &)> &ask)
{
    const EndLimit limit(2 * joinTime);
    const SystemClock clock;
    Workbench workbench(line.options.workbench, clock);
    const auto told = ask(workbench, line);
    limit.begin();
    workbench.stop(joinTime);
    if (!told)
        return fail(told.error());
    const int printed = StandardOutput().print(told->text);
    return told->failure ? fail(*told->failure) : printed;
}

} // namespace warmbench::app
