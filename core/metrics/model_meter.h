// What is counted for one version of a model. Each loaded model carries its meter, so that nothing
// is looked up by name while it predicts; the meter outlives reloads of the same version.
//
// Thread: any. Phases, loads and counters take no lock; recordInference has a mutex of the meter's
// own for some additions. Nothing here allocates, but for the first run of each size of a batch.
#pragma once

#include "base/clock.h"
#include "base/mutex.h"
#include "metrics/histogram.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <map>

namespace warmbench {

// Of the runs with so many samples each.
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
    std::int64_t runs = 0;    // of the network; a batch is one
    std::chrono::nanoseconds total{};
    std::chrono::nanoseconds queue{};
    std::chrono::nanoseconds input{};
    std::chrono::nanoseconds infer{};
    std::chrono::nanoseconds output{};
    WallTime last{};                             // when the last one ended
    std::map<std::int64_t, BatchTotals> batches; // by samples of a run; the first 256 sizes seen
    // Adds one prediction: requests is 1, last and batches are made here.
    void add(const InferenceTotals &one, WallTime now);
};

class ModelMeter
{
public:
    static constexpr std::size_t phaseCount = 6; // of inference's Phase

    // One prediction that ended well: with requests = 1, and its phases by their index.
    void recordInference(const InferenceTotals &one);
    InferenceTotals inferences() const;
    void recordPhase(std::size_t phase, std::chrono::nanoseconds span)
    {
        m_phases.at(phase).record(span);
    }
    Histogram::Values phase(std::size_t phase) const { return m_phases.at(phase).values(); }

    Histogram predictions; // from end to end, failed ones included
    Histogram loads;       // and refreshes, that ended well
    Counter loadFailures;  // of loads and refreshes
    Counter evictions;

private:
    std::array<Histogram, phaseCount> m_phases;
    mutable Mutex m_mutex;
    InferenceTotals m_inferences GUARDED_BY(m_mutex);
};

} // namespace warmbench
