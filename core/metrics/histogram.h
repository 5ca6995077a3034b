// A counter, and a histogram of latencies.
//
// Thread: any; recording takes one or two atomic additions and no lock. A reader may miss what
// another thread is just adding.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace warmbench {

class Counter
{
public:
    void add(std::int64_t n = 1) { m_value.fetch_add(n, std::memory_order_relaxed); }
    std::int64_t value() const { return m_value.load(std::memory_order_relaxed); }

private:
    std::atomic<std::int64_t> m_value{0};
};

// A latency histogram with four buckets for each doubling from 1 us to 128 s, and one for all that
// takes longer: the bounds of a bucket are 19 % apart.
class Histogram
{
public:
    static constexpr int bucketCount = 4 * 27 + 1;
    struct Values
    {
        std::array<std::int64_t, bucketCount> buckets{};
        std::int64_t count = 0;
        double sumSeconds = 0;
        // The q-quantile in seconds, interpolated linearly within the bucket that holds it, as
        // Prometheus' histogram_quantile() does; the greatest finite bound if it lies in the last
        // bucket, 0 if nothing was recorded.
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

} // namespace warmbench
