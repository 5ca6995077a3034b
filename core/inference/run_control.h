// What a request may still spend: time until its deadline, memory of the budget that all requests
// share. It goes along from decoding to the answer; who does long work asks it between two steps.
//
// Thread: one at a time. Cost: reserve() an addition below 256 KiB, an atomic operation above;
// step() a counter, each 256th call a look at the clock.
#pragma once

#include "base/clock.h"
#include "base/memory_budget.h"
#include "base/result.h"

#include <algorithm>
#include <cstddef>
#include <stop_token>
#include <string_view>

namespace warmbench {

class RunControl
{
public:
    RunControl() = default; // no limits
    RunControl(SteadyTime deadline, const Clock &clock, std::stop_token cancellation,
               MemoryBudget::Share share);

    // Cancelled or DeadlineExceeded where the work is not worth going on.
    Result<void> check() const { return m_clock ? check(m_clock->now()) : Result<void>(); }
    Result<void> check(SteadyTime now) const;
    // The same in a loop of small steps.
    Result<void> step()
    {
        constexpr unsigned stepsAtOnce = 256;
        return ++m_steps % stepsAtOnce == 0 ? check() : Result<void>();
    }

    // Before `what` ("pictures") is made: ResourceExhausted with the numbers where there is no room
    // for so many bytes more.
    Result<void> reserve(std::size_t bytes, std::string_view what);
    void giveBack(std::size_t bytes);
    // What is held until now, for who holds on to the answer; from then on nothing is.
    MemoryBudget::Share handOver(std::size_t bytes);

private:
    std::size_t counted() const;

    SteadyTime m_deadline = SteadyTime::max();
    const Clock *m_clock = nullptr;
    std::stop_token m_cancellation;
    MemoryBudget::Share m_share;
    std::size_t m_bytes = 0;
    unsigned m_steps = 0;
};

// Memory reserved for as long as this lives.
class Reservation
{
public:
    explicit Reservation(RunControl &control)
        : m_control(control)
    {
    }
    ~Reservation() { m_control.giveBack(m_bytes); }
    Reservation(const Reservation &) = delete;
    Reservation &operator=(const Reservation &) = delete;

    Result<void> grow(std::size_t bytes, std::string_view what)
    {
        auto done = m_control.reserve(bytes, what);
        if (done)
            m_bytes += bytes;
        return done;
    }
    // So many of the bytes stay reserved beyond this.
    void keep(std::size_t bytes) { m_bytes -= std::min(bytes, m_bytes); }

private:
    RunControl &m_control;
    std::size_t m_bytes = 0;
};

} // namespace warmbench
