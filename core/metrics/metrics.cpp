#include "metrics/metrics.h"

namespace warmbench {

std::shared_ptr<ModelMeter> Metrics::meter(const std::string &model, const std::string &version)
{
    const MutexLock lock(m_metersMutex);
    auto &meter = m_meters[{model, version}];
    if (!meter)
        meter = std::make_shared<ModelMeter>();
    return meter;
}

std::map<Metrics::ModelKey, std::shared_ptr<const ModelMeter>> Metrics::meters() const
{
    const MutexLock lock(m_metersMutex);
    return {m_meters.begin(), m_meters.end()};
}

void Metrics::keepMeters(const std::function<bool(const ModelKey &)> &known)
{
    for (const auto &[key, meter] : meters()) { // meters() releases the lock before the loop
        if (known(key))
            continue;
        const MutexLock lock(m_metersMutex);
        m_meters.erase(key);
    }
}

void Metrics::recordPrediction(std::chrono::nanoseconds total)
{
    m_latency.record(total);
}

void Metrics::recordRequest(Outcome outcome)
{
    (outcome == Outcome::Answered ? m_answered : m_refused).add();
}

void Metrics::recordHttp(std::string_view route, int status, std::chrono::nanoseconds span)
{
    recordRequest(isRefusal(status) ? Outcome::Refused : Outcome::Answered);
    httpHistogram(route, status).record(span);
}

Histogram &Metrics::httpHistogram(std::string_view route, int status)
{
    const MutexLock lock(m_httpMutex);
    const auto found = m_http.find(std::pair(route, status));
    if (found != m_http.end())
        return *found->second;
    return *m_http.emplace(std::pair(std::string(route), status), std::make_unique<Histogram>())
                .first->second;
}

Histogram::Values Metrics::predictionLatency() const
{
    return m_latency.values();
}

std::int64_t Metrics::answered() const
{
    return m_answered.value();
}

std::int64_t Metrics::refused() const
{
    return m_refused.value();
}

std::map<Metrics::ModelKey, Histogram::Values> Metrics::models() const
{
    std::map<ModelKey, Histogram::Values> result;
    for (const auto &[key, meter] : meters()) {
        auto values = meter->predictions.values();
        if (values.count > 0)
            result.emplace(key, values);
    }
    return result;
}

std::map<Metrics::ModelKey, InferenceTotals> Metrics::inferences() const
{
    std::map<ModelKey, InferenceTotals> result;
    for (const auto &[key, meter] : meters()) {
        auto totals = meter->inferences();
        if (totals.requests > 0)
            result.emplace(key, std::move(totals));
    }
    return result;
}

std::map<std::pair<std::string, int>, Histogram::Values> Metrics::http() const
{
    const MutexLock lock(m_httpMutex);
    std::map<std::pair<std::string, int>, Histogram::Values> result;
    for (const auto &[key, histogram] : m_http)
        result.emplace(key, histogram->values());
    return result;
}

void Metrics::push(MetricsSample sample)
{
    const MutexLock lock(m_seriesMutex);
    m_series.push(std::move(sample));
}

std::vector<MetricsSample> Metrics::series() const
{
    const MutexLock lock(m_seriesMutex);
    return m_series.items();
}

} // namespace warmbench
