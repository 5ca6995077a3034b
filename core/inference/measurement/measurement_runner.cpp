#include "inference/measurement/measurement_runner.h"

#include "base/exceptions.h"
#include "inference/measurement/measurement.h"

#include <utility>

namespace warmbench {

namespace {

void answer(const std::vector<MeasurementRunner::Done> &waiting,
            const Result<std::shared_ptr<const Verdict>> &verdict)
{
    for (const auto &done : waiting)
        contained("measure", [&] { done(verdict); });
}

} // namespace

MeasurementRunner::MeasurementRunner(ModelSource &source, ModelCache &cache, VerdictStore &verdicts,
                                     const Clock &clock, Measured measured)
    : m_source(source)
    , m_cache(cache)
    , m_verdicts(verdicts)
    , m_clock(clock)
    , m_heard(std::move(measured))
{
}

void MeasurementRunner::measure(const ModelId &id, Done done)
{
    if (auto known = m_source.contains(id); !known) {
        done(std::move(known).error());
        return;
    }
    {
        const MutexLock lock(m_mutex);
        auto &waiting = m_waiting[id];
        waiting.push_back(std::move(done));
        if (waiting.size() > 1)
            return;
    }
    m_thread.add({[this, id](const std::stop_token &stop) {
                      const auto verdict = measured(id, stop);
                      const auto waiting = take(id);
                      if (verdict)
                          contained("measure", [&] { m_heard(id, (*verdict)->digest); });
                      answer(waiting, verdict);
                  },
                  [this, id](const Error &refusal) { answer(take(id), refusal); }});
}

std::vector<MeasurementRunner::Done> MeasurementRunner::take(const ModelId &id)
{
    const MutexLock lock(m_mutex);
    const auto waiting = m_waiting.find(id);
    auto taken = std::move(waiting->second);
    m_waiting.erase(waiting);
    return taken;
}

Result<std::shared_ptr<const Verdict>> MeasurementRunner::measured(const ModelId &id,
                                                                   const std::stop_token &stop)
{
    try {
        auto verdict = measureEngines(id, m_source, m_cache, m_clock, stop);
        releaseFreeMemory();
        if (!verdict)
            return std::move(verdict).error();
        return m_verdicts.keep(*std::move(verdict));
    } catch (...) {
        return loggedException("measure");
    }
}

} // namespace warmbench
