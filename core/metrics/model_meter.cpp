#include "metrics/model_meter.h"

namespace warmbench {

namespace {

constexpr std::size_t mostBatchSizes = 256;

} // namespace

void InferenceTotals::add(const InferenceTotals &one, WallTime now)
{
    requests += one.requests;
    samples += one.samples;
    runs += one.runs;
    total += one.total;
    queue += one.queue;
    input += one.input;
    infer += one.infer;
    output += one.output;
    last = now;
    const std::int64_t size = one.runs == 0 ? 0 : one.samples / one.runs;
    // Clients choose the batch sizes, so the number of them that are kept is limited.
    if (size == 0 || (batches.size() >= mostBatchSizes && !batches.contains(size)))
        return;
    BatchTotals &batch = batches[size];
    batch.runs += one.runs;
    batch.input += one.input;
    batch.infer += one.infer;
    batch.output += one.output;
}

void ModelMeter::recordInference(const InferenceTotals &one)
{
    const WallTime now = std::chrono::system_clock::now();
    const MutexLock lock(m_mutex);
    m_inferences.add(one, now);
}

InferenceTotals ModelMeter::inferences() const
{
    const MutexLock lock(m_mutex);
    return m_inferences;
}

} // namespace warmbench
