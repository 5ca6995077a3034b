#include "inference/run_control.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <utility>

namespace warmbench {

namespace {

// Memory is counted in the shared budget in steps of this size, so that few operations touch it.
constexpr std::size_t grain = std::size_t{256} << 10;

std::string text(std::size_t bytes)
{
    constexpr auto most = static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());
    return toText(Bytes{static_cast<std::int64_t>(std::min(bytes, most))});
}

} // namespace

RunControl::RunControl(SteadyTime deadline, const Clock &clock, std::stop_token cancellation,
                       MemoryBudget::Share share)
    : m_deadline(deadline)
    , m_clock(&clock)
    , m_cancellation(std::move(cancellation))
    , m_share(std::move(share))
{
}

Result<void> RunControl::check(SteadyTime now) const
{
    if (m_cancellation.stop_requested())
        return Error{ErrorCode::Cancelled, "The client went away before the answer."};
    if (now >= m_deadline)
        return Error{ErrorCode::DeadlineExceeded,
                     "The deadline passed before the answer was ready; allow more time or send "
                     "less at once."};
    return {};
}

std::size_t RunControl::counted() const
{
    return m_bytes / grain * grain;
}

Result<void> RunControl::reserve(std::size_t bytes, std::string_view what)
{
    const std::size_t before = m_bytes;
    const bool fits = bytes <= std::numeric_limits<std::size_t>::max() / 2 - m_bytes;
    m_bytes += fits ? bytes : 0;
    if (fits && (counted() == m_share.bytes() || m_share.claim(counted())))
        return {};
    m_bytes = before;
    const MemoryBudget *budget = m_share.budget();
    if (!budget)
        return Error{ErrorCode::ResourceExhausted,
                     fmt::format("The {} of this request are larger than any memory; send less at "
                                 "once.",
                                 what)};
    return Error{
        ErrorCode::ResourceExhausted,
        fmt::format("The {} of this request would take {} more, but all requests together may take "
                    "{} (--max-input), of which {} are taken; send less at once.",
                    what, text(bytes), text(budget->most()), text(budget->held()))};
}

void RunControl::giveBack(std::size_t bytes)
{
    m_bytes -= std::min(bytes, m_bytes);
    if (counted() != m_share.bytes())
        m_share.set(counted());
}

MemoryBudget::Share RunControl::handOver(std::size_t bytes)
{
    m_bytes = std::min(bytes, m_bytes);
    m_share.set(counted());
    m_bytes = 0;
    return std::move(m_share);
}

} // namespace warmbench
