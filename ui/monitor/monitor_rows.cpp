#include "ui/monitor/monitor_rows.h"

#include "tensor/csv.h"

#include <algorithm>
#include <cmath>
#include <fmt/chrono.h>
#include <fmt/format.h>

namespace warmbench::ui {

namespace {

using Counter = std::int64_t MetricsSample::*;

double rate(const MetricsSample &before, const MetricsSample &sample, Counter counter)
{
    const double seconds = std::chrono::duration<double>(sample.time - before.time).count();
    const auto count = static_cast<double>(sample.*counter - before.*counter);
    return seconds > 0 ? std::max(0.0, count / seconds) : 0.0;
}

double measured(double seconds)
{
    return seconds > 0 ? seconds : std::nan("");
}

std::string cell(double value)
{
    return std::isfinite(value) ? fmt::format("{:.6g}", value) : std::string();
}

} // namespace

std::vector<MonitorRow> monitorRows(const std::vector<MetricsSample> &samples)
{
    std::vector<MonitorRow> rows;
    rows.reserve(samples.size());
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const MetricsSample &sample = samples[i];
        MonitorRow row;
        row.time = sample.time;
        row.wallTime = sample.wallTime;
        const auto rateOf = [&](Counter counter) {
            if (i > 0)
                return rate(samples[i - 1], sample, counter);
            return samples.size() == 1 ? 0.0 : std::nan("");
        };
        row.hits = rateOf(&MetricsSample::hits);
        row.misses = rateOf(&MetricsSample::misses);
        row.answered = rateOf(&MetricsSample::answered);
        row.refused = rateOf(&MetricsSample::refused);
        row.p50 = measured(sample.p50);
        row.p95 = measured(sample.p95);
        row.p99 = measured(sample.p99);
        row.process = sample.residentBytes;
        row.models = sample.modelBytes;
        row.budget = sample.budget;
        row.queue = sample.queueLength;
        row.shares = sample.models;
        rows.push_back(std::move(row));
    }
    return rows;
}

Bytes shareOf(const MonitorRow &row, const std::string &model)
{
    const auto found = std::find_if(row.shares.begin(), row.shares.end(),
                                    [&](const auto &share) { return share.first == model; });
    return found == row.shares.end() ? Bytes{} : found->second;
}

std::vector<std::string> sharingModels(const std::vector<MonitorRow> &rows)
{
    std::vector<std::string> names;
    for (const MonitorRow &row : rows)
        for (const auto &[name, bytes] : row.shares)
            if (std::find(names.begin(), names.end(), name) == names.end())
                names.push_back(name);
    if (!rows.empty())
        std::stable_sort(names.begin(), names.end(), [&](const auto &a, const auto &b) {
            return shareOf(rows.back(), a) > shareOf(rows.back(), b);
        });
    return names;
}

std::string monitorCsv(const std::vector<MonitorRow> &rows)
{
    std::vector<std::string> models = sharingModels(rows);
    std::sort(models.begin(), models.end());
    std::string csv = "time,hits_per_second,misses_per_second,answered_per_second,"
                      "refused_per_second,p50_seconds,p95_seconds,p99_seconds,queue,process_bytes,"
                      "models_bytes,budget_bytes";
    for (const std::string &model : models) {
        csv += ',';
        appendCsvCell(csv, model + "_bytes");
    }
    csv += '\n';
    for (const MonitorRow &row : rows) {
        csv += fmt::format("{:%FT%TZ}",
                           fmt::gmtime(std::chrono::system_clock::to_time_t(row.wallTime)));
        for (const double value :
             {row.hits, row.misses, row.answered, row.refused, row.p50, row.p95, row.p99})
            csv += ',' + cell(value);
        csv += fmt::format(",{},{},{},{}", row.queue, row.process.count, row.models.count,
                           row.budget.count);
        for (const std::string &model : models)
            csv += fmt::format(",{}", shareOf(row, model).count);
        csv += '\n';
    }
    return csv;
}

std::vector<MetricsSample> shownSamples(const std::vector<MetricsSample> &series, SteadyTime now,
                                        double spanSeconds, std::size_t most)
{
    const auto from = now - std::chrono::duration_cast<SteadyTime::duration>(
                                std::chrono::duration<double>(spanSeconds));
    auto first = std::find_if(series.begin(), series.end(),
                              [&](const MetricsSample &sample) { return sample.time >= from; });
    if (first != series.begin())
        --first;
    const auto count = static_cast<std::size_t>(series.end() - first);
    const std::size_t step = std::max<std::size_t>(1, (count + most - 1) / most);
    std::vector<MetricsSample> shown;
    // Steps are counted back from the newest sample, so that it is always shown.
    for (std::size_t back = 0; back < count; back += step)
        shown.push_back(series[series.size() - 1 - back]);
    std::reverse(shown.begin(), shown.end());
    return shown;
}

} // namespace warmbench::ui
