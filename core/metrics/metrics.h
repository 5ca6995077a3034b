// Numbers about the running program: counters, latency histograms, a meter for each model, and time
// series for the charts.
//
// Thread: any. Recording takes some atomic additions and never a lock that others hold for long;
// reading copies. Units: seconds inside histograms, bytes for memory.
#pragma once

#include "base/bytes.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "metrics/histogram.h"
#include "metrics/model_meter.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace warmbench {

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
    std::int64_t answered = 0; // requests of clients and of the window
    std::int64_t refused = 0;
    Bytes modelBytes;
    Bytes budget;
    Bytes residentBytes;
    std::int64_t queueLength = 0;
    // Latency of the requests since the previous sample, in seconds; 0 if there were none.
    double p50 = 0;
    double p95 = 0;
    double p99 = 0;
    std::vector<std::pair<std::string, Bytes>> models; // memory by model
};

class Metrics
{
public:
    using ModelKey = std::pair<std::string, std::string>; // name and version

    // The meter of a model's version, made at its first use. Keep it if you record often.
    std::shared_ptr<ModelMeter> meter(const std::string &model, const std::string &version);
    std::map<ModelKey, std::shared_ptr<const ModelMeter>> meters() const;
    // Drops the meters of models that no longer exist: models come and go while the program runs.
    void keepMeters(const std::function<bool(const ModelKey &)> &known);

    // Counts one prediction of any model that succeeded or failed; the model's own meter is not
    // touched.
    void recordPrediction(std::chrono::nanoseconds total);
    // Counts one request that got what it asked for, or was told why not.
    enum class Outcome : std::uint8_t { Answered, Refused };
    void recordRequest(Outcome outcome);
    // The same for one of HTTP: a status of 400 and more is a refusal.
    void recordHttp(std::string_view route, int status, std::chrono::nanoseconds span);
    static constexpr bool isRefusal(int status) { return status >= 400; }

    Histogram::Values predictionLatency() const; // all models together
    std::int64_t answered() const;
    std::int64_t refused() const;
    // The current numbers by model and version, and by route and status; only what was recorded at
    // least once.
    std::map<ModelKey, Histogram::Values> models() const;
    std::map<ModelKey, InferenceTotals> inferences() const;
    std::map<std::pair<std::string, int>, Histogram::Values> http() const;

    // Time series: the housekeeping thread pushes, anyone reads (copy of at most 3,600 samples).
    void push(MetricsSample sample);
    std::vector<MetricsSample> series() const;

private:
    struct RouteOrder // lets find() take the route as a string_view
    {
        using is_transparent = void;
        template <typename One, typename Other>
        bool operator()(const One &one, const Other &other) const
        {
            const std::string_view route = one.first;
            const int order = route.compare(other.first);
            return order != 0 ? order < 0 : one.second < other.second;
        }
    };

    Histogram &httpHistogram(std::string_view route, int status);

    Histogram m_latency;
    Counter m_answered;
    Counter m_refused;
    mutable Mutex m_metersMutex;
    std::map<ModelKey, std::shared_ptr<ModelMeter>> m_meters GUARDED_BY(m_metersMutex);
    mutable Mutex m_httpMutex; // held only to find a histogram; none is ever removed
    std::map<std::pair<std::string, int>, std::unique_ptr<Histogram>, RouteOrder>
        m_http GUARDED_BY(m_httpMutex);
    mutable Mutex m_seriesMutex;
    RingBuffer<MetricsSample> m_series GUARDED_BY(m_seriesMutex){3600};
};

} // namespace warmbench
