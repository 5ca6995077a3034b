// Takes each request through: a handle from the cache, a worker from the scheduler, exactly one
// answer.
//
// Thread: any; nothing blocks on a load or a run. Answers come from pool, loader or housekeeping
// threads, or at once on the caller's. Must outlive the threads of cache and scheduler.
#pragma once

#include "base/clock.h"
#include "base/duration.h"
#include "base/mutex.h"
#include "inference/inference_types.h"
#include "inference/scheduler.h"
#include "metrics/metrics.h"
#include "model/cache/model_cache.h"

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <vector>

namespace warmbench {

using PredictionDone = std::function<void(Result<Prediction>)>;

class PredictionRunner
{
public:
    // `memory`: the budget of requests that bring none of their own.
    PredictionRunner(ModelCache &cache, Scheduler &scheduler, Metrics &metrics, const Clock &clock,
                     Bytes memory);

    // The budget of those.
    const std::shared_ptr<MemoryBudget> &memory() const { return m_memory; }

    // `allowed`: the longest time until the answer; negative: no limit. Errors as
    // Workbench::predict.
    void predict(InferenceRequest request, Milliseconds allowed, PredictionDone done);
    // Answers the requests that are past their deadline while their model still loads, and ends the
    // runs of those past theirs, if the engine can; housekeeping calls this. Returns the earliest
    // deadline of the others.
    SteadyTime answerOverdue();

private:
    class Flight; // one request
    using FlightPtr = std::shared_ptr<Flight>;

    void awaitLoad(const FlightPtr &flight);
    // `here`: may run on this thread if the network is quick and no job waits.
    void enqueue(const FlightPtr &flight, bool here);
    enum class Place : std::uint8_t { Light, Heavy };
    Job jobFor(const FlightPtr &flight, Place place);
    void run(const FlightPtr &flight, Place place);
    // Nothing if decoding its pictures takes longer than a light place allows.
    std::optional<Result<Prediction>> predictedLightly(const Flight &flight) const;
    Result<Prediction> predicted(const Flight &flight) const;
    class UnderWay; // a flight's place in m_underWay
    void stopOverdueRuns(SteadyTime &earliest);
    void record(const Flight &flight, Prediction &prediction);
    void finish(const FlightPtr &flight, Result<Prediction> result);

    ModelCache &m_cache;
    Scheduler &m_scheduler;
    Metrics &m_metrics;
    const Clock &m_clock;
    const std::shared_ptr<MemoryBudget> m_memory;
    Mutex m_mutex;
    std::list<std::weak_ptr<Flight>> m_awaitingLoad GUARDED_BY(m_mutex);
    std::vector<FlightPtr> m_underWay GUARDED_BY(m_mutex); // runs that may take long
};

} // namespace warmbench
