#include "base/job_thread.h"

#include "base/exceptions.h"
#include "base/thread_name.h"

#include <fmt/format.h>
#include <utility>

namespace warmbench {

JobThread::JobThread(std::string name, std::string jobs, std::size_t mostWaiting)
    : m_name(std::move(name))
    , m_jobs(std::move(jobs))
    , m_mostWaiting(mostWaiting)
    , m_thread([this](const std::stop_token &stop) { work(stop); })
{
}

JobThread::~JobThread()
{
    stop();
}

Error JobThread::shuttingDown(const std::string &again)
{
    return {ErrorCode::Unavailable,
            fmt::format("Warmbench is shutting down; {} again when it is back.", again)};
}

void JobThread::add(Job job)
{
    Error refusal = shuttingDown(m_name);
    {
        const MutexLock lock(m_mutex);
        if (!m_stopping && m_waiting.size() < m_mostWaiting) {
            m_waiting.push_back(std::move(job));
            m_wake.notifyAll();
            return;
        }
        if (!m_stopping)
            refusal.message =
                fmt::format("Too many {} wait; try again when some of them have ended.", m_jobs);
    }
    job.refuse(std::move(refusal));
}

void JobThread::work(const std::stop_token &stop)
{
    setThreadName(m_name.c_str());
    MutexLock lock(m_mutex);
    while (!stop.stop_requested()) {
        if (m_waiting.empty()) {
            m_wake.wait(m_mutex, stop);
            continue;
        }
        Job job = std::move(m_waiting.front());
        m_waiting.pop_front();
        lock.unlock();
        contained(m_name, [&] { job.run(stop); });
        job = {}; // what it holds goes outside the lock
        lock.lock();
    }
}

void JobThread::stop()
{
    std::deque<Job> refused;
    {
        const MutexLock lock(m_mutex);
        m_stopping = true;
    }
    m_thread.request_stop();
    if (m_thread.joinable())
        m_thread.join();
    {
        const MutexLock lock(m_mutex);
        refused.swap(m_waiting);
    }
    for (const Job &job : refused)
        contained(m_name, [&] { job.refuse(shuttingDown(m_name)); });
}

} // namespace warmbench
