#include "base/line_writer.h"
#include "commands.h"
#include "open_models.h"
#include "shutdown_signals.h"

#include <fmt/format.h>
#include <QCoreApplication>
#include <unistd.h>

namespace warmbench::app {

namespace {

constexpr std::chrono::seconds patience{1}; // how long to wait for a reader of standard output

} // namespace

int runServe(const CommandLine &line)
{
    const EndLimit limit(line.options.drain + joinTime);
    const SystemClock clock;
    Workbench workbench(line.options.workbench, clock);
    http::HttpServer server(workbench, line.options.http);
    const ShutdownSignals signalsWatched([] { QCoreApplication::quit(); }, limit);

    auto begun = openModels(workbench, line);
    if (begun)
        begun = server.start();
    if (!begun) {
        limit.begin();
        return fail(begun.error());
    }
    writeOrGoOn(STDOUT_FILENO, fmt::format("Listening on {}\n", server.url()), patience);

    workbench.whenReady([&workbench] {
        if (workbench.startFailure())
            QMetaObject::invokeMethod(
                qApp, [] { QCoreApplication::exit(1); }, Qt::QueuedConnection);
    });
    const int code = QCoreApplication::exec();
    limit.begin();
    server.stop(line.options.drain);
    workbench.stop(joinTime);
    return code == 0 ? 0 : fail(*workbench.startFailure());
}

} // namespace warmbench::app
