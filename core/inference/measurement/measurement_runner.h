// Measures the engines of models, one model after the other, on a thread of its own.
//
// Thread: any; nothing blocks. Answers come from the thread "measure", or at once on the caller's.
#pragma once

#include "base/clock.h"
#include "base/mutex.h"
#include "inference/measurement/verdict_store.h"
#include "model/cache/model_cache.h"
#include "model/model_source.h"

#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace warmbench {

class MeasurementRunner
{
public:
    using Done = std::function<void(Result<std::shared_ptr<const Verdict>>)>;

    using Measured = std::function<void(const ModelId &, const std::string &digest)>;
    // `measured` hears of each new verdict, on the thread "measure".
    MeasurementRunner(ModelSource &source, ModelCache &cache, VerdictStore &verdicts,
                      const Clock &clock, Measured measured);
    ~MeasurementRunner(); // stop()
    MeasurementRunner(const MeasurementRunner &) = delete;
    MeasurementRunner &operator=(const MeasurementRunner &) = delete;

    // Joins a measurement of the same model that waits or is under way. Errors: NotFound (unknown
    // name), those of measureEngines(), Unavailable (too many wait, or shutting down).
    void measure(const ModelId &id, Done done);
    // Ends the measurement under way, refuses those that wait, joins the thread. Idempotent.
    void stop();

private:
    struct Task
    {
        ModelId id;
        std::vector<Done> done;
    };

    void work(const std::stop_token &stop);
    Result<std::shared_ptr<const Verdict>> measured(const ModelId &id, const std::stop_token &stop);

    ModelSource &m_source;
    ModelCache &m_cache;
    VerdictStore &m_verdicts;
    const Clock &m_clock;
    const Measured m_heard;

    Mutex m_mutex;
    StoppableCondition m_wake;
    // The first one is under way, or about to be.
    std::deque<Task> m_tasks GUARDED_BY(m_mutex);
    bool m_stopping GUARDED_BY(m_mutex) = false;
    std::jthread m_thread;
};

} // namespace warmbench
