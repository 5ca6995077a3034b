// Latencies of many runs, and what one reads from them.
// Thread: values; pure functions.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace warmbench {

// What a series runs: so many callers at once, each with requests of so many samples.
struct SeriesPlan
{
    int concurrency = 1;
    int batch = 1;
    bool operator==(const SeriesPlan &) const = default;
};

struct LatencySeries
{
    SeriesPlan plan;
    std::vector<std::chrono::nanoseconds> latencies; // ascending; empty if it was refused
    std::chrono::nanoseconds time{};                 // from the first start to the last end
    std::string refusal; // why it did not run: "The network takes 1 sample at a time."

    // The latency that this share of the runs does not exceed (nearest rank). 0 without runs.
    std::chrono::nanoseconds latency(double share) const;
    double runsPerSecond() const;
    double samplesPerSecond() const;
};

// Runs whose latency is at least `from` and below `to`.
struct LatencyBin
{
    std::chrono::nanoseconds from{};
    std::chrono::nanoseconds to{};
    std::size_t runs = 0;
};
// Bins of the same width from the fastest run to the 99th percentile; the last bin holds all above
// it, too, and ends at the slowest run. Empty without runs.
std::vector<LatencyBin> latencyBins(const LatencySeries &series, std::size_t bins);

} // namespace warmbench
