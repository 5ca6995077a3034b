// What a request may still use: time until its deadline, and memory of the budget that all requests
// share. It accompanies the request from decoding to the answer, and long work checks it between
// two steps.
//
// Thread: one at a time. Cost: reserve() takes an addition, and an atomic operation about every 256
// KiB; step() increments a counter and reads the clock at every 256th call.
#pragma once

#include "base/clock.h"
#include "base/memory_budget.h"
#include "base/result.h"

#include <algorithm>
#include <cstddef>
#include <stop_token>
#include <string_view>
#include <utility>

namespace warmbench {

class RunControl
{
public:
    RunControl() = default; // no limits
    RunControl(SteadyTime deadline, const Clock &clock, std::stop_token cancellation,
               MemoryBudget::Share share);

    // Cancelled or DeadlineExceeded if there is no point in working on.
    Result<void> check() const { return m_clock ? check(m_clock->now()) : Result<void>(); }
    Result<void> check(SteadyTime now) const;
    // Requested once nobody waits for the answer any more: for work that cannot call check().
    const std::stop_token &stop() const { return m_stop; }
    void setStop(std::stop_token stop) { m_stop = std::move(stop); }
    // As check(), for a loop of small steps.
    Result<void> step()
    {
        constexpr unsigned stepsAtOnce = 256;
        return ++m_steps % stepsAtOnce == 0 ? check() : Result<void>();
    }

    // Call it before making `what` ("pictures"): ResourceExhausted with the numbers if there is no
    // room for so many bytes more.
    Result<void> reserve(std::size_t bytes, std::string_view what);
    void giveBack(std::size_t bytes);
    // Hands the memory that is held, at most `bytes` of it, to the one who keeps the answer; after
    // that this object holds none.
    MemoryBudget::Share handOver(std::size_t bytes);

private:
    std::size_t counted() const;

    SteadyTime m_deadline = SteadyTime::max();
    const Clock *m_clock = nullptr;
    std::stop_token m_cancellation;
    std::stop_token m_stop;
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
    // So many of the bytes stay reserved when this object goes.
    void keep(std::size_t bytes) { m_bytes -= std::min(bytes, m_bytes); }

private:
    RunControl &m_control;
    std::size_t m_bytes = 0;
};

} // namespace warmbench
