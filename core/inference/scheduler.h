// Work waits here for a worker: one bounded queue a model, a pool of threads that takes from them
// in turn.
//
// A model has at most `concurrency` jobs running at once (its network's), so that workers never
// wait for a network while others have work. Queues take turns: one job each, however long one of
// them is. Heavy jobs, which a job says it is once it runs (giveBack), wait beside the others of
// their queue, and at most half of the threads (one at least) run such: what is light passes them,
// in the same queue by turns. Deadlines are looked at when a job is taken and by the housekeeping;
// a cancelled job is dropped unrun. Thread: any. Jobs run on pool threads named "infer-N", or on
// the caller's by runHere; one that throws on a pool thread is abandoned with the error.
// submit never blocks.
#pragma once

#include "base/clock.h"
#include "base/result.h"

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

namespace warmbench {

struct SchedulerOptions
{
    int threads = 2;
    int queueLimit =
        256; // waiting jobs of one model, beside those that a free worker takes at once
};

struct Job
{
    std::string queue;   // jobs of one name share a bounded queue and a concurrency
    int concurrency = 1; // as the newest job of the queue says
    SteadyTime deadline = SteadyTime::max();
    std::stop_token cancellation;
    std::function<void()> run;          // on a pool thread
    std::function<void(Error)> abandon; // instead of run, or after it has thrown: any thread, no
                                        // lock held
};

class Scheduler
{
public:
    Scheduler(const Clock &clock, SchedulerOptions options);
    ~Scheduler(); // stop()
    Scheduler(const Scheduler &) = delete;
    Scheduler &operator=(const Scheduler &) = delete;

    // Unavailable at once where the queue is full ("... try again in a moment") or the scheduler
    // stops; `abandon` is not called then.
    Result<void> submit(Job job);
    // From within a job's run: the job, as heavy. It has been accepted, so that neither a full
    // queue nor a stop that still drains refuses it; after that its `abandon` is called with
    // Unavailable.
    void giveBack(Job job);
    // Calls `run` on this thread where a worker could start such a job at once: its queue has a
    // free place and nothing but heavy jobs waits anywhere. False otherwise.
    bool runHere(const std::string &queue, int concurrency, const std::function<void()> &run);
    // Abandons what is past its deadline or cancelled. Called by the housekeeping. Returns the
    // earliest deadline of what still waits.
    SteadyTime sweep();
    std::size_t waiting() const; // over all queues
    std::size_t waiting(const std::string &queue) const;
    std::size_t running() const;
    // Lets queued and running jobs end for at most `drain`, abandons the rest, joins the threads.
    // Idempotent. A job that calls it is not waited for and joins nobody: the owner's call or the
    // destructor, which no job may run, does that.
    void stop(std::chrono::milliseconds drain);

private:
    struct Private;
    std::unique_ptr<Private> m_d;
};

} // namespace warmbench
