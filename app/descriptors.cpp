#include "descriptors.h"

#include "base/logging.h"

#include <algorithm>
#include <fmt/format.h>
#include <sys/resource.h>

namespace warmbench::app {

void allowConnections(std::size_t count)
{
    constexpr rlim_t others = 256; // files, libraries, pipes
    const rlim_t wanted = static_cast<rlim_t>(count) + others;
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = std::min(wanted, limit.rlim_max);
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted)
        logWarning("http", fmt::format("This process may open {} files, too few for {} "
                                       "connections: raise it with ulimit -n, or lower "
                                       "--max-connections.",
                                       limit.rlim_cur, count));
}

} // namespace warmbench::app
