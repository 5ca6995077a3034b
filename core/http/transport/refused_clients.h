// Clients that got no connection: each is told why at once, and closed when it has had time to read
// it. Closing with unread input would take the answer back from a client that still sends.
//
// Thread: http. Cost: two system calls a client, and its descriptor for a moment.
#pragma once

#include "base/clock.h"

#include <chrono>
#include <cstddef>
#include <deque>
#include <string_view>

namespace warmbench::http {

class RefusedClients
{
public:
    explicit RefusedClients(std::chrono::milliseconds linger)
        : m_linger(linger)
    {
    }
    ~RefusedClients();
    RefusedClients(const RefusedClients &) = delete;
    RefusedClients &operator=(const RefusedClients &) = delete;

    // Owns the descriptor from now on. The answer must fit the system's buffer, as any short one
    // does on a new connection.
    void refuse(int descriptor, std::string_view answer, SteadyTime now);
    void checkTimes(SteadyTime now);
    std::size_t count() const { return m_clients.size(); }

private:
    struct Client
    {
        int descriptor;
        SteadyTime since;
    };

    const std::chrono::milliseconds m_linger;
    std::deque<Client> m_clients; // the oldest first
};

} // namespace warmbench::http
