// A clock that moves only when a test advances it. Thread: any.
#pragma once

#include "base/clock.h"

#include <atomic>

namespace warmbench {

class ManualClock final : public Clock
{
public:
    SteadyTime now() const override { return SteadyTime(m_since.load()); }
    WallTime wallNow() const override
    {
        return WallTime(std::chrono::duration_cast<WallTime::duration>(m_since.load()));
    }
    void advance(std::chrono::nanoseconds by) { m_since = m_since.load() + by; }

private:
    std::atomic<std::chrono::nanoseconds> m_since{std::chrono::hours(1)};
};

} // namespace warmbench
