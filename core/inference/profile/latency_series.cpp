#include "inference/profile/latency_series.h"

#include <algorithm>
#include <cmath>

namespace warmbench {

using Nanoseconds = std::chrono::nanoseconds;

Nanoseconds LatencySeries::latency(double share) const
{
    if (latencies.empty())
        return {};
    const auto rank = std::ceil(share * static_cast<double>(latencies.size()));
    return latencies[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

double LatencySeries::runsPerSecond() const
{
    const double seconds = std::chrono::duration<double>(time).count();
    return seconds > 0 ? static_cast<double>(latencies.size()) / seconds : 0;
}

double LatencySeries::samplesPerSecond() const
{
    return runsPerSecond() * plan.batch;
}

std::vector<LatencyBin> latencyBins(const LatencySeries &series, std::size_t bins)
{
    if (series.latencies.empty() || bins == 0)
        return {};
    const Nanoseconds from = series.latencies.front();
    const Nanoseconds width = std::max<Nanoseconds>(
        (series.latency(0.99) - from) / static_cast<std::int64_t>(bins) + Nanoseconds(1),
        Nanoseconds(1));
    std::vector<LatencyBin> made(bins);
    for (std::size_t i = 0; i < bins; ++i) {
        made[i].from = from + width * static_cast<std::int64_t>(i);
        made[i].to = made[i].from + width;
    }
    for (const Nanoseconds latency : series.latencies)
        ++made[std::min(static_cast<std::size_t>((latency - from) / width), bins - 1)].runs;
    made.back().to = std::max(made.back().to, series.latencies.back());
    return made;
}

} // namespace warmbench
