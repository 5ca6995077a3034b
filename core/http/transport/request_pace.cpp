#include "http/transport/request_pace.h"

#include <fmt/format.h>
#include <utility>

namespace warmbench::http {

void RequestPace::note(bool header, bool body)
{
    if (header && !std::exchange(m_header, true))
        m_headerBegan = std::chrono::steady_clock::now();
    if (body && !std::exchange(m_body, true)) {
        m_windowBegan = std::chrono::steady_clock::now();
        m_bytes = 0;
        m_firstWindow = true;
    }
}

std::string RequestPace::complaint(SteadyTime now, bool body, const HttpLimits &limits)
{
    if (body && bodyTooSlow(now, limits))
        return fmt::format(
            "The body comes too slowly: at least {:.0f} bytes a second are expected.",
            limits.bodyBytesPerSecond);
    if (!body && now - m_headerBegan > limits.header)
        return fmt::format("The header did not come within {} ms.", limits.header.count());
    return {};
}

bool RequestPace::bodyTooSlow(SteadyTime now, const HttpLimits &limits)
{
    const auto window = m_firstWindow ? limits.bodyGrace : limits.bodyGrace / 2;
    if (now - m_windowBegan < window)
        return false;
    const double seconds = std::chrono::duration<double>(now - m_windowBegan).count();
    const bool slow =
        !m_firstWindow && static_cast<double>(m_bytes) < limits.bodyBytesPerSecond * seconds;
    m_windowBegan = now;
    m_bytes = 0;
    m_firstWindow = false;
    return slow;
}

} // namespace warmbench::http
