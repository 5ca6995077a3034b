#include "inference/measurement/measurement_runner.h"

#include "base/exceptions.h"
#include "base/thread_name.h"
#include "inference/measurement/measurement.h"

#include <algorithm>
#include <utility>

namespace warmbench {

namespace {

constexpr std::size_t mostWaiting = 16;

Error shuttingDown()
{
    return {ErrorCode::Unavailable, "Warmbench is shutting down; measure again when it is back."};
}

void answer(const std::vector<MeasurementRunner::Done> &waiting,
            const Result<std::shared_ptr<const Verdict>> &verdict)
{
    for (const auto &done : waiting)
        contained("measure", [&] { done(verdict); });
}

} // namespace

MeasurementRunner::MeasurementRunner(ModelSource &source, ModelCache &cache, VerdictStore &verdicts,
                                     const Clock &clock, Measured measured)
    : m_source(source)
    , m_cache(cache)
    , m_verdicts(verdicts)
    , m_clock(clock)
    , m_heard(std::move(measured))
    , m_thread([this](const std::stop_token &stop) { work(stop); })
{
}

MeasurementRunner::~MeasurementRunner()
{
    stop();
}

void MeasurementRunner::measure(const ModelId &id, Done done)
{
    Error refusal = shuttingDown();
    if (auto known = m_source.contains(id); !known) {
        refusal = std::move(known).error();
    } else {
        const MutexLock lock(m_mutex);
        const auto same = std::find_if(m_tasks.begin(), m_tasks.end(),
                                       [&](const Task &task) { return task.id == id; });
        if (!m_stopping && same != m_tasks.end()) {
            same->done.push_back(std::move(done));
            return;
        }
        if (!m_stopping && m_tasks.size() < mostWaiting) {
            m_tasks.push_back({id, {std::move(done)}});
            m_wake.notifyAll();
            return;
        }
        if (!m_stopping)
            refusal.message = "Too many models wait to be measured; try again in a minute.";
    }
    done(std::move(refusal));
}

void MeasurementRunner::stop()
{
    std::deque<Task> refused;
    {
        const MutexLock lock(m_mutex);
        m_stopping = true;
    }
    m_thread.request_stop();
    if (m_thread.joinable())
        m_thread.join();
    {
        const MutexLock lock(m_mutex);
        refused.swap(m_tasks);
    }
    for (const Task &task : refused)
        answer(task.done, shuttingDown());
}

void MeasurementRunner::work(const std::stop_token &stop)
{
    setThreadName("measure");
    MutexLock lock(m_mutex);
    while (!stop.stop_requested()) {
        if (m_tasks.empty()) {
            m_wake.wait(m_mutex, stop);
            continue;
        }
        const ModelId id = m_tasks.front().id;
        lock.unlock();
        const auto verdict = measured(id, stop);
        lock.lock();
        const Task task = std::move(m_tasks.front());
        m_tasks.pop_front();
        lock.unlock();
        if (verdict)
            contained("measure", [&] { m_heard(id, (*verdict)->digest); });
        answer(task.done, verdict);
        lock.lock();
    }
}

Result<std::shared_ptr<const Verdict>> MeasurementRunner::measured(const ModelId &id,
                                                                   const std::stop_token &stop)
{
    try {
        auto verdict = measureEngines(id, m_source, m_cache, m_clock, stop);
        releaseFreeMemory();
        if (!verdict)
            return std::move(verdict).error();
        return m_verdicts.keep(*std::move(verdict));
    } catch (...) {
        return loggedException("measure");
    }
}

} // namespace warmbench
