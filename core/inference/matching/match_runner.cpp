#include "inference/matching/match_runner.h"

#include "base/exceptions.h"
#include "base/mutex.h"

#include <thread>
#include <utility>

namespace warmbench {

// Belongs to the one thread that works on it at the moment.
struct MatchRunner::Search
{
    MatchRequest request;
    SteadyTime deadline;
    Done done;
    ModelHandle handle;

    // The model is released before the answer, so that a client who then asks finds it idle.
    void answer(Result<MatchReport> report)
    {
        handle.release();
        contained("match", [&] { done(std::move(report)); });
    }
};

MatchRunner::MatchRunner(ModelCache &cache, Scheduler &scheduler, const Clock &clock)
    : m_cache(cache)
    , m_scheduler(scheduler)
    , m_clock(clock)
{
}

void MatchRunner::match(MatchRequest request, Milliseconds allowed, Done done)
{
    const auto search = std::make_shared<Search>(
        Search{std::move(request), deadlineAfter(m_clock.now(), allowed), std::move(done), {}});
    m_cache.acquire(search->request.model, Purpose::Other,
                    [this, search](Result<Acquired> acquired) {
                        if (!acquired) {
                            search->answer(std::move(acquired).error());
                            return;
                        }
                        search->handle = std::move(acquired->handle);
                        enqueue(search);
                    });
}

Job MatchRunner::jobFor(const std::shared_ptr<Search> &search)
{
    Job job;
    job.queue = search->handle->id.text();
    job.concurrency = search->handle->network->concurrency();
    job.deadline = search->deadline;
    job.cancellation = search->request.cancellation;
    job.run = [this, search] { search->answer(searched(*search)); };
    job.abandon = [search](Error error) { search->answer(std::move(error)); };
    return job;
}

// Only a running job can ask for a heavy place.
void MatchRunner::enqueue(const std::shared_ptr<Search> &search)
{
    Job first = jobFor(search);
    first.run = [this, search] { m_scheduler.giveBack(jobFor(search)); };
    if (auto submitted = m_scheduler.submit(std::move(first)); !submitted)
        search->answer(submitted.error());
}

Result<MatchReport> MatchRunner::searched(const Search &search) const
{
    try {
        auto inputs = search.request.read();
        if (!inputs)
            return std::move(inputs).error();
        std::stop_source ending;
        const std::stop_callback gone(search.request.cancellation, [&] { ending.request_stop(); });
        // A run is ended at the deadline, if the engine can.
        const std::jthread limit([&](const std::stop_token &over) {
            if (search.deadline != SteadyTime::max() &&
                sleepFor(search.deadline - m_clock.now(), over))
                ending.request_stop();
        });
        return matchPreparations(*search.handle, *inputs, m_clock,
                                 {search.deadline, search.request.cancellation, ending.get_token(),
                                  search.request.memory});
    } catch (...) {
        return loggedException("match");
    }
}

} // namespace warmbench
