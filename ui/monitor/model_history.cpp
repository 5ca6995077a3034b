#include "ui/monitor/model_history.h"

#include "ui/widgets/display_text.h"

#include <algorithm>

namespace warmbench::ui {

namespace {

constexpr std::size_t mostEntries = 3600;

void add(Histogram::Values &sum, const Histogram::Values &values)
{
    for (std::size_t i = 0; i < sum.buckets.size(); ++i)
        sum.buckets[i] += values.buckets[i];
    sum.count += values.count;
    sum.sumSeconds += values.sumSeconds;
}

} // namespace

bool ModelHistory::Entry::counts(const Entry &before) const
{
    return hits != before.hits || misses != before.misses || coalesced != before.coalesced ||
           predictions != before.predictions || waiting != before.waiting;
}

ModelHistory::ModelHistory(Workbench &workbench, QObject *parent)
    : QObject(parent)
    , m_workbench(workbench)
{
    connect(&m_timer, &QTimer::timeout, this, &ModelHistory::look);
    m_timer.start(1000);
}

void ModelHistory::look()
{
    std::map<std::string, Histogram::Values> latencies; // of all versions of a model
    std::map<std::string, std::int64_t> waiting;
    for (const auto &[key, meter] : m_workbench.metrics().meters()) {
        add(latencies[key.first], meter->predictions.values());
        const std::string queue = ModelId{key.first, key.second}.text();
        waiting[key.first] += static_cast<std::int64_t>(m_workbench.scheduler().waiting(queue));
    }
    const SteadyTime now = std::chrono::steady_clock::now();
    for (const ModelStatus &status : m_workbench.cache().statuses()) {
        Model &model = m_models[status.id.name];
        const Histogram::Values &latency = latencies[status.id.name];
        Entry entry{.time = now,
                    .hits = status.hits,
                    .misses = status.misses,
                    .coalesced = status.coalesced,
                    .predictions = latency.count};
        entry.waiting = waiting[status.id.name];
        if (!model.entries.empty() && !entry.counts(model.entries.back()))
            continue;
        const Histogram::Values recent = latency - model.latency;
        entry.p50 = recent.quantile(0.50);
        entry.p95 = recent.quantile(0.95);
        entry.p99 = recent.quantile(0.99);
        model.latency = latency;
        model.entries.push_back(entry);
        if (model.entries.size() > mostEntries)
            model.entries.pop_front();
    }
}

QStringList ModelHistory::models() const
{
    QStringList names;
    for (const auto &[name, model] : m_models)
        names << text(name);
    return names;
}

std::vector<MetricsSample> ModelHistory::of(const std::string &name,
                                            const std::vector<MetricsSample> &samples) const
{
    std::vector<MetricsSample> own;
    own.reserve(samples.size());
    const auto found = m_models.find(name);
    SteadyTime before{};
    for (MetricsSample sample : samples) {
        Entry entry;
        if (found != m_models.end() && !found->second.entries.empty()) {
            const auto &entries = found->second.entries;
            const auto after = std::upper_bound(
                entries.begin(), entries.end(), sample.time,
                [](SteadyTime time, const Entry &each) { return time < each.time; });
            // Before the first look nothing is known, so that nothing happened as far as one knows.
            entry = after == entries.begin() ? entries.front() : *std::prev(after);
        }
        const bool fresh = entry.time > before && entry.time <= sample.time;
        sample.hits = entry.hits;
        sample.misses = entry.misses;
        sample.coalesced = entry.coalesced;
        sample.answered = entry.predictions;
        sample.refused = 0;
        sample.queueLength = entry.waiting;
        sample.p50 = fresh ? entry.p50 : 0;
        sample.p95 = fresh ? entry.p95 : 0;
        sample.p99 = fresh ? entry.p99 : 0;
        std::erase_if(sample.models, [&](const auto &share) { return share.first != name; });
        sample.modelBytes = sample.models.empty() ? Bytes{} : sample.models.front().second;
        before = sample.time;
        own.push_back(std::move(sample));
    }
    return own;
}

} // namespace warmbench::ui
