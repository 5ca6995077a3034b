// Takes a request for matching through: a handle from the cache, a worker from the scheduler,
// exactly one answer.
//
// A search takes seconds, so it runs in one of the places for heavy jobs and within the request's
// deadline. Thread: any; nothing blocks. Answers come from pool or loader threads, or at once on
// the caller's. Must outlive the threads of cache and scheduler.
#pragma once

#include "base/duration.h"
#include "inference/matching/match.h"
#include "inference/scheduler.h"
#include "model/cache/model_cache.h"

#include <functional>

namespace warmbench {

struct MatchRequest
{
    ModelId model;
    // Called once, on a worker: takes apart what the client sent.
    std::function<Result<MatchInputs>()> read;
    std::stop_token cancellation;
    std::optional<Milliseconds>
        deadline; // from now on; unset: the service's default; below 0: none
    std::shared_ptr<MemoryBudget> memory;
};

class MatchRunner
{
public:
    using Done = std::function<void(Result<MatchReport>)>;

    MatchRunner(ModelCache &cache, Scheduler &scheduler, const Clock &clock);

    // Errors: those of ModelCache::acquire, Scheduler::submit, `read` and matchPreparations().
    void match(MatchRequest request, Milliseconds allowed, Done done);

private:
    struct Search; // one request
    Job jobFor(const std::shared_ptr<Search> &search);
    void enqueue(const std::shared_ptr<Search> &search);
    Result<MatchReport> searched(const Search &search) const;

    ModelCache &m_cache;
    Scheduler &m_scheduler;
    const Clock &m_clock;
};

} // namespace warmbench
