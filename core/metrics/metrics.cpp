#include "metrics/metrics.h"

#include <cmath>
#include <limits>

namespace warmbench {
namespace {

constexpr std::size_t mostBatchSizes = 256;

constexpr int finiteBuckets = Histogram::bucketCount - 1;

// Whole nanoseconds, so that a bound belongs to its bucket whatever the rounding of logarithms.
const std::array<std::int64_t, finiteBuckets> &bounds()
{
    static const auto made = [] {
        std::array<std::int64_t, finiteBuckets> result{};
        for (int i = 0; i < finiteBuckets; ++i)
            result.at(static_cast<std::size_t>(i)) =
                std::llround(1000.0 * std::exp2((i + 1) / 4.0));
        return result;
    }();
    return made;
}

} // namespace

double Histogram::upperBound(int bucket)
{
    if (bucket >= finiteBuckets)
        return std::numeric_limits<double>::infinity();
    return static_cast<double>(bounds().at(static_cast<std::size_t>(std::max(bucket, 0)))) * 1e-9;
}

void Histogram::record(std::chrono::nanoseconds span)
{
    const std::int64_t ns = std::max<std::int64_t>(span.count(), 0);
    const auto &limits = bounds();
    const auto bucket = std::lower_bound(limits.begin(), limits.end(), ns) - limits.begin();
    m_buckets[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
    m_sumNs.fetch_add(ns, std::memory_order_relaxed);
}

Histogram::Values Histogram::values() const
{
    Values values;
    for (std::size_t i = 0; i < m_buckets.size(); ++i) {
        values.buckets[i] = m_buckets[i].load(std::memory_order_relaxed);
        values.count += values.buckets[i];
    }
    values.sumSeconds = static_cast<double>(m_sumNs.load(std::memory_order_relaxed)) * 1e-9;
    return values;
}

double Histogram::Values::quantile(double q) const
{
    if (count <= 0)
        return 0;
    const auto rank =
        static_cast<std::int64_t>(std::ceil(std::clamp(q, 0.0, 1.0) * static_cast<double>(count)));
    std::int64_t below = 0;
    for (int i = 0; i < finiteBuckets; ++i) {
        below += buckets.at(static_cast<std::size_t>(i));
        if (below >= std::max<std::int64_t>(rank, 1))
            return upperBound(i);
    }
    return upperBound(finiteBuckets - 1);
}

Histogram::Values Histogram::Values::operator-(const Values &earlier) const
{
    Values difference;
    for (std::size_t i = 0; i < buckets.size(); ++i)
        difference.buckets[i] = buckets[i] - earlier.buckets[i];
    difference.count = count - earlier.count;
    difference.sumSeconds = sumSeconds - earlier.sumSeconds;
    return difference;
}

template <typename Key>
Histogram &Metrics::Family<Key>::at(const Key &key)
{
    {
        const std::shared_lock lock(m_mutex);
        const auto found = m_histograms.find(key);
        if (found != m_histograms.end())
            return *found->second;
    }
    const std::unique_lock lock(m_mutex);
    auto &histogram = m_histograms[key];
    if (!histogram)
        histogram = std::make_unique<Histogram>();
    return *histogram;
}

template <typename Key>
std::map<Key, Histogram::Values> Metrics::Family<Key>::values() const
{
    const std::shared_lock lock(m_mutex);
    std::map<Key, Histogram::Values> result;
    for (const auto &[key, histogram] : m_histograms)
        result.emplace(key, histogram->values());
    return result;
}

void Metrics::recordPrediction(const std::string &model, const std::string &version, bool success,
                               std::chrono::nanoseconds total)
{
    m_predictions.add();
    if (!success)
        m_failures.add();
    m_latency.record(total);
    if (!model.empty())
        m_models.at({model, version}).record(total);
}

void Metrics::recordPhase(const std::string &model, std::size_t phase,
                          std::chrono::nanoseconds span)
{
    m_phases.at({model, phase}).record(span);
}

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
    // Clients choose the sizes, so that the memory for them is bounded.
    if (size == 0 || (batches.size() >= mostBatchSizes && !batches.contains(size)))
        return;
    BatchTotals &batch = batches[size];
    batch.runs += one.runs;
    batch.input += one.input;
    batch.infer += one.infer;
    batch.output += one.output;
}

void Metrics::recordInference(const std::string &model, const std::string &version,
                              const InferenceTotals &one)
{
    const std::lock_guard lock(m_inferenceMutex);
    m_inferences[{model, version}].add(one, std::chrono::system_clock::now());
}

void Metrics::recordHttp(const std::string &route, int status, std::chrono::nanoseconds span)
{
    m_http.at({route, status}).record(span);
}

void Metrics::recordLoad(const std::string &model, std::chrono::nanoseconds span)
{
    m_loads.at(model).record(span);
}

Histogram::Values Metrics::predictionLatency() const
{
    return m_latency.values();
}

std::int64_t Metrics::predictions() const
{
    return m_predictions.value();
}

std::int64_t Metrics::failures() const
{
    return m_failures.value();
}

std::map<std::pair<std::string, std::string>, Histogram::Values> Metrics::models() const
{
    return m_models.values();
}

std::map<std::pair<std::string, std::size_t>, Histogram::Values> Metrics::phases() const
{
    return m_phases.values();
}

std::map<std::pair<std::string, int>, Histogram::Values> Metrics::http() const
{
    return m_http.values();
}

std::map<std::string, Histogram::Values> Metrics::loads() const
{
    return m_loads.values();
}

std::map<std::pair<std::string, std::string>, InferenceTotals> Metrics::inferences() const
{
    const std::lock_guard lock(m_inferenceMutex);
    return m_inferences;
}

void Metrics::push(MetricsSample sample)
{
    const std::lock_guard lock(m_seriesMutex);
    m_series.push(std::move(sample));
}

std::vector<MetricsSample> Metrics::series() const
{
    const std::lock_guard lock(m_seriesMutex);
    return m_series.items();
}

} // namespace warmbench
