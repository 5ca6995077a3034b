// Requests on their way: a handle from the cache, a worker from the scheduler, one answer each.
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

namespace warmbench {

using PredictionDone = std::function<void(Result<Prediction>)>;

class PredictionRunner
{
public:
    // `memory`: of requests that bring no budget of their own.
    PredictionRunner(ModelCache &cache, Scheduler &scheduler, Metrics &metrics, const Clock &clock,
                     Bytes memory);

    // `allowed`: the longest stay from now on; negative: no limit. Errors as Workbench::predict.
    void predict(InferenceRequest request, Milliseconds allowed, PredictionDone done);
    // Answers what is past its deadline while its model still loads. Housekeeping calls it. Returns
    // the earliest deadline of what still waits.
    SteadyTime answerOverdue();

private:
    class Flight; // one request
    using FlightPtr = std::shared_ptr<Flight>;

    void awaitLoad(const FlightPtr &flight);
    // `here`: on this thread where the network is quick and nothing waits.
    void enqueue(const FlightPtr &flight, bool here);
    enum class Place : std::uint8_t { Light, Heavy };
    Job jobFor(const FlightPtr &flight, Place place);
    void run(const FlightPtr &flight, Place place);
    // Nothing where its pictures take more than a light place allows.
    std::optional<Result<Prediction>> predictedLightly(const Flight &flight) const;
    Result<Prediction> predicted(const Flight &flight) const;
    void record(const Flight &flight, Prediction &prediction);
    void finish(const FlightPtr &flight, Result<Prediction> result);

    ModelCache &m_cache;
    Scheduler &m_scheduler;
    Metrics &m_metrics;
    const Clock &m_clock;
    const std::shared_ptr<MemoryBudget> m_memory;
    Mutex m_mutex;
    std::list<std::weak_ptr<Flight>> m_awaitingLoad GUARDED_BY(m_mutex);
};

} // namespace warmbench
