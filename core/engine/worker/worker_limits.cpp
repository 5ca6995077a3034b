#include "engine/worker/worker_limits.h"

#include "base/file.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>

namespace warmbench {

namespace {

using Missing = std::vector<std::string>;

std::string saying(const char *what, int reason)
{
    return fmt::format("{}: {}", what, std::generic_category().message(reason));
}

void limitResource(__rlimit_resource resource, std::int64_t most, const char *name,
                   Missing &missing)
{
    rlimit limit{};
    ::getrlimit(resource, &limit);
    // Whoever goes beyond the first is told by a signal with a name; beyond the second, killed.
    limit.rlim_cur = std::min(static_cast<rlim_t>(most), limit.rlim_max);
    limit.rlim_max = std::min(limit.rlim_cur + 1, limit.rlim_max);
    if (::setrlimit(resource, &limit) != 0)
        missing.push_back(saying(name, errno));
}

constexpr bool allocatesAsItself()
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return false; // a sanitizer keeps terabytes of shadow, which count as data
#else
    return true;
#endif
}

// ---- Landlock ----

// Rights that are younger than Debian 12's header, by the version of the interface that has them.
constexpr std::uint64_t truncate = 1ULL << 14;       // 3
constexpr std::uint64_t controlDevices = 1ULL << 15; // 5
constexpr std::uint64_t tcp = 3;                     // 4: bind, connect
constexpr std::uint64_t beyondItself = 3;            // 6: abstract sockets, signals

constexpr std::uint64_t readFiles = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE;
constexpr std::uint64_t readFolders = readFiles | LANDLOCK_ACCESS_FS_READ_DIR;

struct Ruleset
{
    std::uint64_t files = 0;
    std::uint64_t net = 0;
    std::uint64_t scopes = 0;
};

Ruleset everything(long version)
{
    Ruleset all;
    all.files = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1; // the thirteen of version 1
    if (version >= 2)
        all.files |= LANDLOCK_ACCESS_FS_REFER;
    if (version >= 3)
        all.files |= truncate;
    if (version >= 4)
        all.net = tcp;
    if (version >= 5)
        all.files |= controlDevices;
    if (version >= 6)
        all.scopes = beyondItself;
    return all;
}

std::size_t sizeOf(long version)
{
    if (version >= 6)
        return sizeof(Ruleset);
    return version >= 4 ? offsetof(Ruleset, scopes) : offsetof(Ruleset, net);
}

// A path that is not there needs no rule.
void allow(int rules, const std::filesystem::path &path, std::uint64_t rights)
{
    const FileDescriptor opened(::open(path.c_str(), O_PATH | O_CLOEXEC));
    struct stat kind = {};
    if (opened.get() < 0 || ::fstat(opened.get(), &kind) != 0)
        return;
    if (!S_ISDIR(kind.st_mode))
        rights &= ~static_cast<std::uint64_t>(LANDLOCK_ACCESS_FS_READ_DIR);
    landlock_path_beneath_attr rule{};
    rule.allowed_access = rights;
    rule.parent_fd = opened.get();
    ::syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

void shutFiles(const std::vector<std::filesystem::path> &readable, Missing &missing)
{
    const long version =
        ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 0) {
        missing.push_back(saying("Landlock", errno));
        return;
    }
    const Ruleset all = everything(version);
    const FileDescriptor rules(
        static_cast<int>(::syscall(SYS_landlock_create_ruleset, &all, sizeOf(version), 0)));
    if (rules.get() < 0) {
        missing.push_back(saying("Landlock", errno));
        return;
    }
    // Libraries, their settings, and what the system tells of processor and memory.
    for (const char *place : {"/usr", "/lib", "/lib64", "/etc", "/proc", "/sys", "/dev/urandom"})
        allow(rules.get(), place, readFolders);
    allow(rules.get(), "/dev/null", readFiles | LANDLOCK_ACCESS_FS_WRITE_FILE);
    for (const auto &place : readable)
        allow(rules.get(), place, readFolders);
    if (::syscall(SYS_landlock_restrict_self, rules.get(), 0) != 0)
        missing.push_back(saying("Landlock", errno));
}

// ---- seccomp ----

// Networks, other processes, programs, and what a defect of the kernel is reached through.
constexpr const char *refused[] = {"socket",
                                   "connect",
                                   "bind",
                                   "listen",
                                   "accept",
                                   "accept4",
                                   "execve",
                                   "execveat",
                                   "fork",
                                   "vfork",
                                   "kill",
                                   "pidfd_open",
                                   "pidfd_getfd",
                                   "pidfd_send_signal",
                                   "ptrace",
                                   "process_vm_readv",
                                   "process_vm_writev",
                                   "process_madvise",
                                   "mount",
                                   "umount2",
                                   "move_mount",
                                   "open_tree",
                                   "fsopen",
                                   "fsmount",
                                   "pivot_root",
                                   "chroot",
                                   "unshare",
                                   "setns",
                                   "bpf",
                                   "perf_event_open",
                                   "io_uring_setup",
                                   "io_uring_enter",
                                   "io_uring_register",
                                   "userfaultfd",
                                   "keyctl",
                                   "add_key",
                                   "request_key",
                                   "chmod",
                                   "fchmod",
                                   "fchmodat",
                                   "chown",
                                   "fchown",
                                   "lchown",
                                   "fchownat",
                                   "setxattr",
                                   "lsetxattr",
                                   "fsetxattr",
                                   "removexattr",
                                   "lremovexattr",
                                   "fremovexattr",
                                   "utimensat",
                                   "mq_open",
                                   "shmget",
                                   "msgget",
                                   "semget",
                                   "personality",
                                   "init_module",
                                   "finit_module",
                                   "kexec_load",
                                   "reboot",
                                   "swapon",
                                   "swapoff",
                                   "acct",
                                   "quotactl",
                                   "nfsservctl",
                                   "lookup_dcookie",
                                   "name_to_handle_at",
                                   "open_by_handle_at"};

int refuseCalls()
{
    const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (!filter)
        return -ENOMEM;
    for (const char *name : refused) {
        const int call = seccomp_syscall_resolve_name(name);
        if (call != __NR_SCMP_ERROR) // unknown to an older library: the kernel is as old
            seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), call, 0);
    }
    // Threads go on: the C library falls back to clone(), whose flags a filter can read.
    seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                     SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
    const int loaded = seccomp_load(filter);
    seccomp_release(filter);
    return loaded;
}

} // namespace

std::vector<std::string> limitThisProcess(const WorkerLimits &limits)
{
    Missing missing;
    limitResource(RLIMIT_CORE, 0, "RLIMIT_CORE", missing);
    limitResource(RLIMIT_NOFILE, 256, "RLIMIT_NOFILE", missing);
    if (limits.time.count() > 0)
        limitResource(RLIMIT_CPU, limits.time.count(), "RLIMIT_CPU", missing);
    if (limits.memory.count > 0) {
        // Files in memory count as files; others cannot be written.
        limitResource(RLIMIT_FSIZE, limits.memory.count, "RLIMIT_FSIZE", missing);
        if (allocatesAsItself())
            limitResource(RLIMIT_DATA, limits.memory.count, "RLIMIT_DATA", missing);
    }
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        missing.push_back(saying("no_new_privs", errno));
    shutFiles(limits.readable, missing);
    if (const int failed = refuseCalls(); failed < 0)
        missing.push_back(saying("seccomp", -failed));
    return missing;
}

} // namespace warmbench
