// What something usually takes: a running median that costs one word and no lock.
//
// The value moves by a sixteenth of itself towards each measurement, so that a run that the system
// interrupted counts no more than any other (the idea: Q. Ma, S. Muthukrishnan, M. Sandler, "Frugal
// Streaming for Estimating Quantiles", 2013). Thread: any; if two threads add at the same moment,
// one measurement may be lost.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>

namespace warmbench {

class UsualTime
{
public:
    // max() before the first add().
    std::chrono::nanoseconds value() const
    {
        return std::chrono::nanoseconds(m_count.load(std::memory_order_relaxed));
    }
    void add(std::chrono::nanoseconds took)
    {
        const std::int64_t now = m_count.load(std::memory_order_relaxed);
        const std::int64_t step = std::max<std::int64_t>(1, now / 16);
        std::int64_t next = took.count();
        if (now != unknown)
            next = next > now ? now + step : next < now ? now - step : now;
        m_count.store(next, std::memory_order_relaxed);
    }

private:
    static constexpr std::int64_t unknown = std::numeric_limits<std::int64_t>::max();
    std::atomic<std::int64_t> m_count{unknown};
};

} // namespace warmbench
