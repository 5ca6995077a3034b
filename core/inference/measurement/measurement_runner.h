// Measures the engines of models, one model after the other, on a thread of its own.
//
// Thread: any; nothing blocks. Answers come from the thread "measure", or at once on the caller's.
#pragma once

#include "base/clock.h"
#include "base/job_thread.h"
#include "base/mutex.h"
#include "inference/measurement/verdict_store.h"
#include "model/cache/model_cache.h"
#include "model/model_source.h"

#include <functional>
#include <map>
#include <memory>
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

    // Joins a measurement of the same model that waits or is under way. Errors: NotFound (unknown
    // name), those of measureEngines(), Unavailable (too many wait, or shutting down).
    void measure(const ModelId &id, Done done);
    // Ends the measurement under way, refuses those that wait, joins the thread. Idempotent.
    void stop() { m_thread.stop(); }

private:
    Result<std::shared_ptr<const Verdict>> measured(const ModelId &id, const std::stop_token &stop);
    std::vector<Done> take(const ModelId &id); // who waits for it

    ModelSource &m_source;
    ModelCache &m_cache;
    VerdictStore &m_verdicts;
    const Clock &m_clock;
    const Measured m_heard;

    Mutex m_mutex;
    // Those whose measurement waits or is under way.
    std::map<ModelId, std::vector<Done>> m_waiting GUARDED_BY(m_mutex);
    JobThread m_thread{"measure", "measurements"}; // last: it uses all of them
};

} // namespace warmbench
