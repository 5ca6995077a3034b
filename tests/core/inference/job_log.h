// Jobs for a scheduler that write down what became of them.
#pragma once

#include "gate.h"
#include "inference/scheduler.h"

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

namespace warmbench {

// What became of jobs, by name, in order. Thread: any.
class JobLog
{
public:
    Job job(const std::string &queue, const std::string &name, Gate *gate = nullptr)
    {
        Job made;
        made.queue = queue;
        made.run = [this, name, gate] {
            if (gate)
                gate->pass();
            add(name);
        };
        made.abandon = [this, name](const Error &error) {
            add(name + ": " + errorCodeName(error.code));
        };
        return made;
    }
    void add(const std::string &line)
    {
        const std::lock_guard lock(m_mutex);
        m_lines.push_back(line);
        m_changed.notify_all();
    }
    // The lines, once there are as many.
    std::vector<std::string> await(std::size_t count)
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait_for(lock, std::chrono::seconds(30), [&] { return m_lines.size() >= count; });
        return m_lines;
    }
    std::vector<std::string> lines() { return await(0); }

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::vector<std::string> m_lines;
};

// Of a request whose client has gone already.
inline std::stop_token stopped()
{
    std::stop_source source;
    source.request_stop();
    return source.get_token();
}

using Lines = std::vector<std::string>;

inline bool runHere(Scheduler &scheduler, const Job &job)
{
    return scheduler.runHere(job.queue, job.concurrency, job.run);
}

} // namespace warmbench
