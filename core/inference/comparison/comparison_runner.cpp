#include "inference/comparison/comparison_runner.h"

#include "base/exceptions.h"
#include "base/thread_name.h"
#include "inference/comparison/compare_models.h"

#include <utility>

namespace warmbench {

namespace {

constexpr std::size_t mostWaiting = 16;

Error shuttingDown()
{
    return {ErrorCode::Unavailable, "Warmbench is shutting down; compare again when it is back."};
}

} // namespace

ComparisonRunner::ComparisonRunner(ComparisonServices services)
    : m_services(std::move(services))
    , m_thread([this](const std::stop_token &stop) { work(stop); })
{
}

ComparisonRunner::~ComparisonRunner()
{
    stop();
}

Result<void> ComparisonRunner::accepts(const ComparisonRequest &request) const
{
    if (!request.next || request.runs < 1)
        return invalidArgument("A comparison needs inputs and at least one run of each.");
    for (const ComparisonSide *side : {&request.first, &request.second}) {
        if (auto known = m_services.source.contains(side->model); !known)
            return known;
    }
    return {};
}

void ComparisonRunner::compare(ComparisonRequest request, Milliseconds allowed, Done done)
{
    Error refusal = shuttingDown();
    if (auto accepted = accepts(request); !accepted) {
        refusal = std::move(accepted).error();
    } else {
        const MutexLock lock(m_mutex);
        if (!m_stopping && m_tasks.size() < mostWaiting) {
            m_tasks.push_back({std::move(request), allowed, std::move(done)});
            m_wake.notifyAll();
            return;
        }
        if (!m_stopping)
            refusal.message = "Too many comparisons wait; try again when one of them has ended.";
    }
    done(std::move(refusal));
}

void ComparisonRunner::stop()
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
        contained("compare", [&] { task.done(shuttingDown()); });
}

void ComparisonRunner::work(const std::stop_token &stop)
{
    setThreadName("compare");
    MutexLock lock(m_mutex);
    while (!stop.stop_requested()) {
        if (m_tasks.empty()) {
            m_wake.wait(m_mutex, stop);
            continue;
        }
        Task task = std::move(m_tasks.front());
        m_tasks.pop_front();
        lock.unlock();
        answer(std::move(task), stop);
        lock.lock();
    }
}

// Networks that were loaded for it are gone by then.
void ComparisonRunner::answer(Task task, const std::stop_token &stop)
{
    auto comparison = compared(task, stop);
    if (!comparison && stop.stop_requested())
        comparison = shuttingDown();
    contained("compare", [&] { task.done(std::move(comparison)); });
}

Result<Comparison> ComparisonRunner::compared(const Task &task, const std::stop_token &stop) const
{
    try {
        std::stop_source ending;
        const std::stop_callback gone(task.request.cancellation, [&] { ending.request_stop(); });
        const std::stop_callback over(stop, [&] { ending.request_stop(); });
        auto comparison = compareModels(task.request, m_services, task.allowed, ending.get_token());
        releaseFreeMemory();
        return comparison;
    } catch (...) {
        return loggedException("compare");
    }
}

} // namespace warmbench
