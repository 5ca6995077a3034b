// Time as an object that is passed in, so that tests can set it instead of waiting.
// Thread: any. Cost: one virtual call in addition to the system's own (about 25 ns).
#pragma once

#include <chrono>

namespace warmbench {

using SteadyTime = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::system_clock::time_point;

class Clock
{
public:
    virtual ~Clock() = default;
    virtual SteadyTime now() const = 0;   // for intervals
    virtual WallTime wallNow() const = 0; // for people and files
};

class SystemClock final : public Clock
{
public:
    SteadyTime now() const override { return std::chrono::steady_clock::now(); }
    WallTime wallNow() const override { return std::chrono::system_clock::now(); }
};

// `now` + `allowed`; SteadyTime::max(), which is no deadline, for a negative time and for more than
// a year: nanoseconds since the start overflow after 292 years.
inline SteadyTime deadlineAfter(SteadyTime now, std::chrono::milliseconds allowed)
{
    constexpr std::chrono::hours longest{24 * 365};
    const bool unlimited = allowed < std::chrono::milliseconds::zero() || allowed > longest;
    return unlimited ? SteadyTime::max() : now + allowed;
}

// Milliseconds as a real number, as timings are shown and sent.
inline double toMilliseconds(std::chrono::nanoseconds span)
{
    return std::chrono::duration<double, std::milli>(span).count();
}

} // namespace warmbench
