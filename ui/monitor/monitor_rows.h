// What the monitor shows, a row for each sample: rates between it and the one before, and what was
// measured at that moment. Charts, table and CSV read the same rows.
// Thread: any; values and pure functions. Units: bytes, seconds, times a second.
#pragma once

#include "metrics/metrics.h"

#include <string>
#include <utility>
#include <vector>

namespace warmbench::ui {

struct MonitorRow
{
    SteadyTime time;
    WallTime wallTime;
    // NaN in the first row, which has nothing to compare with, unless it is alone.
    double hits = 0;
    double misses = 0;
    double answered = 0;
    double refused = 0;
    // NaN where nothing was answered: there is no latency then, which is not one of 0.
    double p50 = 0;
    double p95 = 0;
    double p99 = 0;
    Bytes process;
    Bytes models;
    Bytes budget;
    std::int64_t queue = 0;
    std::vector<std::pair<std::string, Bytes>> shares; // of models, by name
};

std::vector<MonitorRow> monitorRows(const std::vector<MetricsSample> &samples);

// The names of the models that have a share in any row; the largest shares of the last row first.
std::vector<std::string> sharingModels(const std::vector<MonitorRow> &rows);
// 0 where it has none.
Bytes shareOf(const MonitorRow &row, const std::string &model);

// A line for each row; times as ISO 8601 in UTC, empty where nothing was measured.
std::string monitorCsv(const std::vector<MonitorRow> &rows);

// The samples of the last `spanSeconds`, thinned to at most `most`, and one sample before them,
// which rates need.
std::vector<MetricsSample> shownSamples(const std::vector<MetricsSample> &series, SteadyTime now,
                                        double spanSeconds, std::size_t most);

} // namespace warmbench::ui
