#include "base/child_process.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace warmbench {

namespace {

Error cannotStart(const std::filesystem::path &program, int reason)
{
    return {ErrorCode::ResourceExhausted,
            fmt::format("\"{}\" cannot be started: {}.", program.string(),
                        std::generic_category().message(reason))};
}

// What posix_spawn wants to be told, and given back.
class SpawnPlan
{
public:
    SpawnPlan()
    {
        posix_spawn_file_actions_init(&m_actions);
        posix_spawnattr_init(&m_attributes);
    }
    ~SpawnPlan()
    {
        posix_spawn_file_actions_destroy(&m_actions);
        posix_spawnattr_destroy(&m_attributes);
    }
    SpawnPlan(const SpawnPlan &) = delete;
    SpawnPlan &operator=(const SpawnPlan &) = delete;

    int run(const std::filesystem::path &program, char *const *arguments, int socket, pid_t &child)
    {
        for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
            posix_spawn_file_actions_addopen(&m_actions, standard, "/dev/null", O_RDWR, 0);
        posix_spawn_file_actions_adddup2(&m_actions, socket, ChildProcess::socketOfChild);
        posix_spawn_file_actions_addclosefrom_np(&m_actions, ChildProcess::socketOfChild + 1);
        // What this process ignores or blocks is its own affair.
        sigset_t signals;
        sigfillset(&signals);
        posix_spawnattr_setsigdefault(&m_attributes, &signals);
        sigemptyset(&signals);
        posix_spawnattr_setsigmask(&m_attributes, &signals);
        posix_spawnattr_setpgroup(&m_attributes, 0);
        posix_spawnattr_setflags(&m_attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
                                                    POSIX_SPAWN_SETPGROUP);
        return posix_spawn(&child, program.c_str(), &m_actions, &m_attributes, arguments, environ);
    }

private:
    posix_spawn_file_actions_t m_actions{};
    posix_spawnattr_t m_attributes{};
};

} // namespace

Result<ChildProcess> ChildProcess::start(const std::filesystem::path &program,
                                         const std::vector<std::string> &arguments)
{
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return cannotStart(program, errno);
    FileDescriptor ours(ends[0]);
    const FileDescriptor theirs(ends[1]);

    std::string name = program.string();
    std::vector<std::string> words = arguments;
    std::vector<char *> argv{name.data()};
    for (std::string &word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    pid_t child = -1;
    if (const int failed = SpawnPlan().run(program, argv.data(), theirs.get(), child); failed != 0)
        return cannotStart(program, failed);
    FileDescriptor process(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
    if (process.get() < 0) {
        const int reason = errno;
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        return cannotStart(program, reason);
    }
    return ChildProcess(child, std::move(process), std::move(ours));
}

ChildProcess::~ChildProcess()
{
    if (m_process.get() >= 0 && !m_ended)
        wait(SteadyTime::min());
}

void ChildProcess::kill() const
{
    ::syscall(SYS_pidfd_send_signal, m_process.get(), SIGKILL, nullptr, 0);
}

ChildProcess::End ChildProcess::wait(SteadyTime until)
{
    using std::chrono::milliseconds;
    constexpr milliseconds longest = std::chrono::hours(1); // of one look, which counts in an int
    pollfd ended{m_process.get(), POLLIN, 0};
    for (int told = 0; told == 0 || (told < 0 && errno == EINTR);) {
        const SteadyTime now = std::chrono::steady_clock::now();
        if (now >= until) {
            kill();
            break;
        }
        const auto left =
            until - now >= longest ? longest : std::chrono::ceil<milliseconds>(until - now);
        told = ::poll(&ended, 1, static_cast<int>(left.count()));
    }
    siginfo_t how{};
    while (::waitid(P_PIDFD, static_cast<id_t>(m_process.get()), &how, WEXITED) != 0 &&
           errno == EINTR) {
    }
    m_ended = true;
    if (how.si_code == CLD_EXITED)
        return {how.si_status, 0};
    return {0, how.si_status};
}

} // namespace warmbench
