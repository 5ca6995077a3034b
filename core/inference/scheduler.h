// Jobs wait here for a worker: each model has a bounded queue, and a pool of threads takes jobs
// from the queues in turn.
//
// At most `concurrency` jobs of a model run at once (as many as its network can), so that no worker
// waits for a network while others have work. Queues take turns, one job each, however long one of
// them is. A running job may find out that it is heavy and hand itself back (giveBack). Heavy jobs
// wait apart from the light ones of their queue, and at most half of the threads (at least one) run
// heavy jobs; light and heavy jobs of one queue take turns. Deadlines are checked when a job is
// taken and by housekeeping; a cancelled job never runs.
// Thread: any. Jobs run on pool threads named "infer-N", or with runHere on the caller's thread. A
// job that throws on a pool thread is abandoned with the error. submit never blocks.
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
        256; // waiting jobs of one model, not counting those that a free worker takes at once
};

struct Job
{
    std::string queue;   // jobs with the same name share a bounded queue and a concurrency
    int concurrency = 1; // the value of the queue's newest job counts
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

    // Unavailable at once if the queue is full ("... try again in a moment") or the scheduler
    // stops; `abandon` is not called then.
    Result<void> submit(Job job);
    // A running job calls this to run again as a heavy job. It has been accepted before, so it is
    // not refused by a full queue or by a stop that still drains; once the stop has ended, its
    // `abandon` is called with Unavailable.
    void giveBack(Job job);
    // Calls `run` on this thread if a worker could start such a job at once: a worker and a place
    // in its queue are free, and only heavy jobs wait in any queue. Else returns false.
    bool runHere(const std::string &queue, int concurrency, const std::function<void()> &run);
    // Abandons the jobs that are past their deadline or cancelled. Housekeeping calls this. Returns
    // the earliest deadline of the jobs that still wait.
    SteadyTime sweep();
    std::size_t waiting() const; // in all queues
    std::size_t waiting(const std::string &queue) const;
    std::size_t running() const;
    // Lets queued and running jobs end for at most `drain`, abandons the rest, joins the threads.
    // Idempotent. A job may call it, but such a call neither waits for that job nor joins the
    // threads: the owner's call or the destructor does that. No job may run the destructor.
    void stop(std::chrono::milliseconds drain);

private:
    struct Private;
    std::unique_ptr<Private> m_d;
};

} // namespace warmbench
