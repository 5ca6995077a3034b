#include "http/transport/refused_clients.h"

#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>

namespace warmbench::http {

namespace {

// Of more, the oldest is closed: it was told why, but may not have read it yet.
constexpr std::size_t mostClients = 128;
constexpr std::size_t mostDiscarded = 1024 * 1024;

// True where the client has closed its half or has gone. MSG_TRUNC discards: tcp(7).
bool ended(int descriptor)
{
    const ssize_t got = ::recv(descriptor, nullptr, mostDiscarded, MSG_DONTWAIT | MSG_TRUNC);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
}

} // namespace

RefusedClients::~RefusedClients()
{
    for (const Client &client : m_clients)
        ::close(client.descriptor);
}

void RefusedClients::refuse(int descriptor, std::string_view answer, SteadyTime now)
{
    ::send(descriptor, answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    ::shutdown(descriptor, SHUT_WR);
    m_clients.push_back({descriptor, now});
    if (m_clients.size() <= mostClients)
        return;
    ended(m_clients.front().descriptor);
    ::close(m_clients.front().descriptor);
    m_clients.pop_front();
}

void RefusedClients::checkTimes(SteadyTime now)
{
    std::erase_if(m_clients, [&](const Client &client) {
        if (!ended(client.descriptor) && now - client.since < m_linger)
            return false;
        ::close(client.descriptor);
        return true;
    });
}

} // namespace warmbench::http
