#include "end_limit.h"

#include "base/file.h"
#include "base/text.h"
#include "base/thread_name.h"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <fcntl.h>
#include <fmt/format.h>
#include <limits>
#include <poll.h>
#include <set>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace warmbench::app {

namespace {

constexpr char began = 'b';
constexpr char ended = 'e';

// The next byte from the pipe; 0 if none comes in time. A negative time never ends.
char heard(int pipe, int milliseconds)
{
    pollfd waited{.fd = pipe, .events = POLLIN, .revents = 0};
    char byte = 0;
    while (::poll(&waited, 1, milliseconds) < 0 && errno == EINTR) {
        // A signal interrupted the wait. The time starts again, which does no harm.
    }
    if ((waited.revents & POLLIN) == 0 || ::read(pipe, &byte, 1) != 1)
        return 0;
    return byte;
}

struct ThreadState
{
    std::string name;
    bool atWork = false; // running on a processor or waiting for the disk
};

// The kernel tells the state of each thread: /proc/pid/task/tid/stat is "7 (loader) R ..."
// (proc(5)).
std::vector<ThreadState> otherThreads()
{
    std::vector<ThreadState> threads;
    std::error_code problem;
    std::filesystem::directory_iterator task("/proc/self/task", problem);
    for (; !problem && task != std::filesystem::directory_iterator(); task.increment(problem)) {
        const auto stat = readFile(task->path() / "stat", mebibytes(1));
        const auto opens = stat ? stat->find('(') : std::string::npos;
        const auto closes = stat ? stat->rfind(')') : std::string::npos;
        if (opens == std::string::npos || closes == std::string::npos || closes + 2 >= stat->size())
            continue;
        const char state = (*stat)[closes + 2];
        if (task->path().filename() != std::to_string(::gettid()))
            threads.push_back({printable(stat->substr(opens + 1, closes - opens - 1)),
                               state == 'R' || state == 'D'});
    }
    return threads;
}

std::string threadsAtWork()
{
    std::set<std::string> atWork;
    std::set<std::string> all;
    for (const ThreadState &thread : otherThreads()) {
        all.insert(thread.name);
        if (thread.atWork)
            atWork.insert(thread.name);
    }
    const auto &told = atWork.empty() ? all : atWork;
    return joined(std::vector<std::string>(told.begin(), told.end()));
}

// Writes without stdio, whose locks a hanging thread may hold, and without waiting long for a
// reader: a pipe that is ready for writing takes a line.
void say(std::string_view line)
{
    constexpr int patience = 100; // ms
    pollfd waited{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
    if (::poll(&waited, 1, patience) == 1 && (waited.revents & POLLOUT) != 0) [[maybe_unused]]
        const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

} // namespace

EndLimit::EndLimit(std::chrono::milliseconds most)
    : m_most(most)
{
    // Without a pipe there is no limit: the program ends when its threads do.
    if (::pipe2(m_pipe.data(), O_CLOEXEC | O_NONBLOCK) == 0)
        m_watcher = std::thread([this] { watch(); });
}

EndLimit::~EndLimit()
{
    if (!m_watcher.joinable())
        return;
    [[maybe_unused]] const auto written = ::write(m_pipe[1], &ended, 1);
    m_watcher.join();
    ::close(m_pipe[0]);
    ::close(m_pipe[1]);
}

void EndLimit::begin() const
{
    [[maybe_unused]] const auto written = ::write(m_pipe[1], &began, 1);
}

void EndLimit::watch() const
{
    setThreadName("end-limit");
    if (heard(m_pipe[0], -1) != began)
        return;
    const auto end = std::chrono::steady_clock::now() + m_most;
    for (;;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        if (left <= std::chrono::milliseconds::zero())
            break;
        const auto most = std::chrono::milliseconds(std::numeric_limits<int>::max());
        if (heard(m_pipe[0], static_cast<int>(std::min(left, most).count())) == ended)
            return;
    }
    try {
        say(fmt::format("warmbench: Not everything had ended {:.1f} s after it was told to, so the "
                        "program ends as it is; still at work: {}.\n",
                        std::chrono::duration<double>(m_most).count(), threadsAtWork()));
    } catch (const std::exception &) {
        say("warmbench: Not everything had ended in time, so the program ends as it is.\n");
    }
    ::_exit(1);
}

} // namespace warmbench::app
