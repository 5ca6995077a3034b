// Long jobs, one after the other, on a thread of their own.
//
// Thread: any; nothing blocks but stop().
#pragma once

#include "base/mutex.h"
#include "base/result.h"

#include <cstddef>
#include <deque>
#include <functional>
#include <stop_token>
#include <string>
#include <thread>

namespace warmbench {

class JobThread
{
public:
    // One of the two is called, once. `run` gets the token that stop() stops.
    struct Job
    {
        std::function<void(const std::stop_token &)> run;
        std::function<void(Error)> refuse;
    };
    // "compare", "comparisons": the thread's name, which is what one is told to do again when the
    // program is back, and what there may be too many of.
    JobThread(std::string name, std::string jobs, std::size_t mostWaiting = 16);
    ~JobThread(); // stop()
    JobThread(const JobThread &) = delete;
    JobThread &operator=(const JobThread &) = delete;

    // Refuses on the caller's thread, with Unavailable: too many wait, or it was stopped.
    void add(Job job);
    // Lets the job under way end, which should soon do so, refuses those that wait, joins the
    // thread. Idempotent.
    void stop();
    // Unavailable: "Warmbench is shutting down; compare again when it is back."
    static Error shuttingDown(const std::string &again);

private:
    Error shuttingDown() const;
    void work(const std::stop_token &stop);

    const std::string m_name;
    const std::string m_jobs;
    const std::size_t m_mostWaiting;
    Mutex m_mutex;
    StoppableCondition m_wake;
    std::deque<Job> m_waiting GUARDED_BY(m_mutex);
    bool m_stopping GUARDED_BY(m_mutex) = false;
    std::jthread m_thread; // last: it uses all of them
};

} // namespace warmbench
