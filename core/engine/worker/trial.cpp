#include "engine/worker/trial.h"

#include "base/child_process.h"
#include "base/file.h"
#include "base/logging.h"
#include "base/text.h"
#include "engine/verdicts/verdict.h"
#include "engine/worker/worker_order.h"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <functional>
#include <system_error>
#include <utility>

namespace warmbench {

namespace {

namespace fs = std::filesystem;

constexpr Bytes longestFile{4096};
constexpr std::string_view harmless = "harmless";
constexpr std::string_view harmful = "harmful ";

std::string keyOf(const TrialSubject &subject)
{
    return fmt::format("{} {} {}", subject.digest, subject.engine, subject.version);
}

WorkerOrder orderOf(const TrialSubject &subject, const TrialOptions &options)
{
    constexpr std::int64_t eachSecond = mebibytes(5).count;
    WorkerOrder order = orderFor(subject.engine, subject.files, options.memory);
    order.limits.time =
        options.time + std::chrono::seconds(sizeOf(subject.files).count / eachSecond);
    return order;
}

std::string titleOf(const TrialSubject &subject)
{
    return engineTitle(subject.engine) + ' ' + subject.version;
}

Error harm(const TrialSubject &subject, const std::string &what)
{
    return failedPrecondition(fmt::format(
        "In a trial in a process of its own {} {} with these files, so they are not loaded; "
        "export the model anew or choose another engine.",
        titleOf(subject), what));
}

Error tooLong(const TrialSubject &subject, std::chrono::seconds time)
{
    return harm(subject, fmt::format("did not end its first run within {} s of the processor",
                                     time.count()));
}

// What the end of a worker says that has not answered.
Result<void> judged(const TrialSubject &subject, const WorkerOrder &order, ChildProcess::End end)
{
    switch (end.signal) {
    case 0:
        return harm(subject, fmt::format("ended with the code {}", end.code));
    case SIGXCPU:
        return tooLong(subject, order.limits.time);
    case SIGKILL:
    case SIGXFSZ:
        return Error{
            ErrorCode::ResourceExhausted,
            fmt::format("In a trial in a process of its own {} took more memory with these "
                        "files than it may; unload other models, raise the memory budget "
                        "(--memory-budget), or export the model smaller.",
                        titleOf(subject))};
    default:
        break;
    }
    return harm(subject, fmt::format("crashed ({})", ::strsignal(end.signal)));
}

} // namespace

ModelTrials::ModelTrials(TrialOptions options)
    : m_options(std::move(options))
{
}

std::optional<Result<void>> ModelTrials::known(const TrialSubject &subject) const
{
    if (m_options.program.empty())
        return Result<void>();
    const std::string key = keyOf(subject);
    {
        const MutexLock lock(m_mutex);
        if (const auto found = m_found.find(key); found != m_found.end())
            return found->second;
    }
    if (m_options.folder.empty())
        return std::nullopt;
    const auto text = readFile(fileOf(key), longestFile);
    if (!text)
        return std::nullopt;
    const auto lines = split(*text, '\n');
    if (lines.size() < 2 || lines[0] != key)
        return std::nullopt;
    Result<void> found;
    if (lines[1].starts_with(harmful))
        found = failedPrecondition(std::string(lines[1].substr(harmful.size())));
    else if (lines[1] != harmless)
        return std::nullopt;
    const MutexLock lock(m_mutex);
    return m_found.insert_or_assign(key, std::move(found)).first->second;
}

Result<void> ModelTrials::tryOut(const TrialSubject &subject, const std::stop_token &stop)
{
    auto worker = ChildProcess::start(m_options.program, {"worker"});
    if (!worker) {
        logWarning("worker", worker.error().message + " Models are loaded without a trial.");
        return {};
    }
    const WorkerOrder order = orderOf(subject, m_options);
    // A worker that waits without working takes no time of the processor.
    const SteadyTime until = std::chrono::steady_clock::now() + 4 * order.limits.time;
    const std::stop_callback ending(stop, [&worker] { worker->kill(); });
    auto told = sendPacket(worker->socket(), toPacket(order));
    auto answer =
        told ? receivePacket(worker->socket(), until) : Result<PacketReader>(told.error());
    if (answer) {
        tellOnce(missingLimitsFrom(*std::move(answer)));
        answer = receivePacket(worker->socket(), until);
    }
    if (stop.stop_requested())
        return Error{ErrorCode::Cancelled, "The program is ending."};
    Result<void> found;
    if (answer) {
        // What the engine refused here may have been for want of memory, which this process, that
        // nobody limits, would take.
        if (auto loaded = loadedFrom(*std::move(answer)); !loaded)
            return loaded;
    } else if (answer.error().code == ErrorCode::DeadlineExceeded) {
        found = tooLong(subject, order.limits.time);
    } else {
        found = judged(subject, order, worker->wait(until));
    }
    if (found || found.error().code == ErrorCode::FailedPrecondition)
        keep(keyOf(subject), found);
    return found;
}

void ModelTrials::tellOnce(const std::vector<std::string> &missing)
{
    const MutexLock lock(m_mutex);
    if (!missing.empty() && !std::exchange(m_told, true))
        logWarning("worker", fmt::format("This system cannot hold workers to all limits: {}.",
                                         fmt::join(missing, "; ")));
}

void ModelTrials::keep(const std::string &key, const Result<void> &found)
{
    {
        const MutexLock lock(m_mutex);
        m_found.insert_or_assign(key, found);
    }
    if (m_options.folder.empty())
        return;
    std::error_code failed;
    fs::create_directories(m_options.folder, failed);
    const std::string text =
        fmt::format("{}\n{}{}\n", key, found ? harmless : harmful,
                    found ? std::string() : printable(found.error().message, 2000));
    if (const auto written = writeFile(fileOf(key), text); !written)
        logWarning("worker", written.error().message);
}

// The name only tells files apart; what the trial was of stands in the file.
fs::path ModelTrials::fileOf(const std::string &key) const
{
    return m_options.folder / fmt::format("{:016x}.txt", std::hash<std::string>()(key));
}

} // namespace warmbench
