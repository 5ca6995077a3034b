#include "descriptors.h"

#include "base/logging.h"

#include <algorithm>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

namespace warmbench::app {

void holdStandardDescriptors()
{
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        // open() takes the lowest number that is free, which is this one.
        if (::fcntl(descriptor, F_GETFD) < 0 && ::open("/dev/null", O_RDWR) != descriptor)
            return;
    }
}

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
