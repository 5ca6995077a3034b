#include "metrics/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace warmbench {
namespace {

constexpr int finiteBuckets = Histogram::bucketCount - 1;

// Bounds are whole nanoseconds, so that rounding of logarithms cannot move a bound to another
// bucket.
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

// For each number of bits in a span, the first bucket that it can belong to; the right one is at
// most four further on.
const std::array<std::size_t, 65> &firstBuckets()
{
    static const auto made = [] {
        std::array<std::size_t, 65> result{};
        for (std::size_t bits = 1; bits < result.size(); ++bits) {
            const auto least = static_cast<std::int64_t>(std::uint64_t(1) << (bits - 1));
            const auto &limits = bounds();
            result.at(bits) =
                bits == 64
                    ? limits.size()
                    : static_cast<std::size_t>(
                          std::lower_bound(limits.begin(), limits.end(), least) - limits.begin());
        }
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
    std::size_t bucket =
        firstBuckets()[static_cast<std::size_t>(std::bit_width(static_cast<std::uint64_t>(ns)))];
    while (bucket < limits.size() && limits[bucket] < ns)
        ++bucket;
    m_buckets[bucket].fetch_add(1, std::memory_order_relaxed);
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

// Assumes that the spans in a bucket are spread evenly between its bounds (Prometheus'
// documentation, "histogram_quantile()"; bucketQuantile in promql/quantile.go).
double Histogram::Values::quantile(double q) const
{
    if (count <= 0)
        return 0;
    const double rank = std::clamp(q, 0.0, 1.0) * static_cast<double>(count);
    double below = 0;
    for (int i = 0; i < finiteBuckets; ++i) {
        const auto within = static_cast<double>(buckets.at(static_cast<std::size_t>(i)));
        if (within > 0 && below + within >= rank) {
            const double lower = i == 0 ? 0 : upperBound(i - 1);
            return lower + (upperBound(i) - lower) * (rank - below) / within;
        }
        below += within;
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

} // namespace warmbench
