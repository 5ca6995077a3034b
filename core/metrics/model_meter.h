// What is counted for one version of a model. Each loaded model carries its meter, so that a
// prediction looks nothing up by name; the meter outlives reloads of the same version.
//
// Thread: any. Phases, loads and counters take no lock; recordInference holds the meter's own mutex
// for some additions. Nothing here allocates, except the first run of each batch size.
#pragma once

#include "base/clock.h"
#include "base/mutex.h"
#include "metrics/histogram.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <map>

namespace warmbench {

// Totals of all runs that had the same number of samples.
struct BatchTotals
{
    std::int64_t runs = 0;
    std::chrono::nanoseconds input{};
    std::chrono::nanoseconds infer{};
    std::chrono::nanoseconds output{};
};

// What the finished predictions of a model's version took together, split as Triton splits it.
struct InferenceTotals
{
    std::int64_t requests = 0;
    std::int64_t samples = 0; // a request may bring several
    std::int64_t runs = 0;    // of the network; a batch counts once
    std::chrono::nanoseconds total{};
    std::chrono::nanoseconds queue{};
    std::chrono::nanoseconds input{};
    std::chrono::nanoseconds infer{};
    std::chrono::nanoseconds output{};
    WallTime last{}; // when the last one ended
    // By samples in a run; only the first 256 sizes seen.
    std::map<std::int64_t, BatchTotals> batches;
    // Adds one prediction: `one.requests` is 1; `last` and `batches` are filled in here.
    void add(const InferenceTotals &one, WallTime now);
};

class ModelMeter
{
public:
    static constexpr std::size_t phaseCount = 6; // as many as inference's Phase has

    // Counts one successful prediction; `one.requests` is 1.
    void recordInference(const InferenceTotals &one);
    InferenceTotals inferences() const;
    void recordPhase(std::size_t phase, std::chrono::nanoseconds span)
    {
        m_phases.at(phase).record(span);
    }
    Histogram::Values phase(std::size_t phase) const { return m_phases.at(phase).values(); }

    Histogram predictions; // from end to end, failed ones included
    Histogram loads;       // successful loads and refreshes
    Counter loadFailures;  // of loads and refreshes
    Counter evictions;

private:
    std::array<Histogram, phaseCount> m_phases;
    mutable Mutex m_mutex;
    InferenceTotals m_inferences GUARDED_BY(m_mutex);
};

} // namespace warmbench
