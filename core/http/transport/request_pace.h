// How quickly a request comes: its header within a time, its body at a rate (HttpLimits).
//
// Thread: http. Cost: the clock is read only where a header or a body does not come at once.
#pragma once

#include "base/clock.h"
#include "http/transport/http_limits.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace warmbench::http {

class RequestPace
{
public:
    void receive(std::size_t bytes) { m_bytes += bytes; }
    // Tells what is on its way now. The first call for a header or a body starts its time.
    void note(bool header, bool body);
    // The next request is another one.
    void restart() { m_header = m_body = false; }
    // Why the header or, where it is whole, the body comes too slowly; empty where it does not.
    std::string complaint(SteadyTime now, bool body, const HttpLimits &limits);

private:
    bool bodyTooSlow(SteadyTime now, const HttpLimits &limits);

    bool m_header = false;
    bool m_body = false;
    SteadyTime m_headerBegan;
    SteadyTime m_windowBegan; // of the body's rate
    std::uint64_t m_bytes = 0;
    bool m_firstWindow = true;
};

} // namespace warmbench::http
