// Numbers about the running program: counters, latency histograms, and time series for the charts.
//
// Thread: recording from any thread takes some atomic additions and never a lock that others hold
// for long; reading copies. Units: seconds inside histograms, bytes for memory.
#pragma once

#include "base/bytes.h"
#include "base/clock.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

namespace warmbench {

class Counter
{
public:
    void add(std::int64_t n = 1) { m_value.fetch_add(n, std::memory_order_relaxed); }
    std::int64_t value() const { return m_value.load(std::memory_order_relaxed); }

private:
    std::atomic<std::int64_t> m_value{0};
};

// A latency histogram with log-spaced buckets, four an octave from 1 us to 128 s and one beyond:
// quantiles are within 19 %.
class Histogram
{
public:
    static constexpr int bucketCount = 4 * 27 + 1;
    struct Values
    {
        std::array<std::int64_t, bucketCount> buckets{};
        std::int64_t count = 0;
        double sumSeconds = 0;
        // Upper bound of the bucket that holds the q-quantile, in seconds; the greatest finite
        // bound where it lies beyond, 0 where nothing was recorded.
        double quantile(double q) const;
        Values operator-(const Values &earlier) const; // what was recorded in between
    };

    void record(std::chrono::nanoseconds span);
    Values values() const;
    static double upperBound(int bucket); // seconds; infinity for the last

private:
    std::array<std::atomic<std::int64_t>, bucketCount> m_buckets{};
    std::atomic<std::int64_t> m_sumNs{0};
};

// The newest `capacity` samples, oldest first when read.
template <typename T>
class RingBuffer
{
public:
    explicit RingBuffer(std::size_t capacity)
        : m_items(std::max<std::size_t>(capacity, 1))
    {
    }
    void push(T item)
    {
        m_items[m_next] = std::move(item);
        m_next = (m_next + 1) % m_items.size();
        m_size = std::min(m_size + 1, m_items.size());
    }
    std::vector<T> items() const
    {
        std::vector<T> result;
        result.reserve(m_size);
        for (std::size_t i = 0; i < m_size; ++i)
            result.push_back(m_items[(m_next + m_items.size() - m_size + i) % m_items.size()]);
        return result;
    }

private:
    std::vector<T> m_items;
    std::size_t m_next = 0;
    std::size_t m_size = 0;
};

// One point of the charts: cumulative counters, and gauges at that moment. Rates are differences of
// neighbours.
struct MetricsSample
{
    SteadyTime time;
    WallTime wallTime;
    std::int64_t hits = 0;
    std::int64_t misses = 0;
    std::int64_t coalesced = 0;
    std::int64_t requests = 0;
    Bytes modelBytes;
    Bytes budget;
    Bytes residentBytes;
    std::int64_t queueLength = 0;
    // Of the requests since the previous sample, in seconds; 0 where there were none.
    double p50 = 0;
    double p95 = 0;
    double p99 = 0;
    std::vector<std::pair<std::string, Bytes>> models; // memory by model
};

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

class Metrics
{
public:
    // One finished prediction; without a name where no such model is there.
    void recordPrediction(const std::string &model, const std::string &version, bool success,
                          std::chrono::nanoseconds total);
    // Phase by its index in inference's Phase.
    void recordPhase(const std::string &model, std::size_t phase, std::chrono::nanoseconds span);
    // One prediction that ended well, with requests = 1.
    void recordInference(const std::string &model, const std::string &version,
                         const InferenceTotals &one);
    // One answered HTTP request.
    void recordHttp(const std::string &route, int status, std::chrono::nanoseconds span);
    void recordLoad(const std::string &model, std::chrono::nanoseconds span);

    Histogram::Values predictionLatency() const; // all models together
    std::int64_t predictions() const;            // finished, failed ones included
    std::int64_t failures() const;
    // By label, as they stand: model and version, model and phase, route and status, model.
    std::map<std::pair<std::string, std::string>, Histogram::Values> models() const;
    std::map<std::pair<std::string, std::size_t>, Histogram::Values> phases() const;
    std::map<std::pair<std::string, int>, Histogram::Values> http() const;
    std::map<std::string, Histogram::Values> loads() const;
    std::map<std::pair<std::string, std::string>, InferenceTotals> inferences() const;

    // Time series: the housekeeping thread pushes, anyone reads (copy of at most 3,600 samples).
    void push(MetricsSample sample);
    std::vector<MetricsSample> series() const;

private:
    template <typename Key>
    class Family // histograms by label; readers share, the first use of a label is exclusive
    {
    public:
        Histogram &at(const Key &key);
        std::map<Key, Histogram::Values> values() const;

    private:
        mutable std::shared_mutex m_mutex;
        std::map<Key, std::unique_ptr<Histogram>> m_histograms;
    };

    Histogram m_latency;
    Counter m_predictions;
    Counter m_failures;
    Family<std::pair<std::string, std::string>> m_models;
    Family<std::pair<std::string, std::size_t>> m_phases;
    Family<std::pair<std::string, int>> m_http;
    Family<std::string> m_loads;
    mutable std::mutex m_inferenceMutex;
    std::map<std::pair<std::string, std::string>, InferenceTotals> m_inferences;
    mutable std::mutex m_seriesMutex;
    RingBuffer<MetricsSample> m_series{3600};
};

} // namespace warmbench
