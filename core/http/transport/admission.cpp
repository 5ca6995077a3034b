#include "http/transport/admission.h"

#include <fmt/format.h>
#include <utility>

namespace warmbench::http {

Admission::Place::Place(std::shared_ptr<Admission> from, std::string peer)
    : m_from(std::move(from))
    , m_peer(std::move(peer))
{
}

void Admission::Place::release()
{
    const auto from = std::exchange(m_from, nullptr);
    if (!from)
        return;
    const MutexLock lock(from->m_mutex);
    --from->m_count;
    const auto counted = from->m_perAddress.find(m_peer);
    if (--counted->second == 0)
        from->m_perAddress.erase(counted);
}

Result<Admission::Place> Admission::enter(const std::string &peer, bool loopback)
{
    const MutexLock lock(m_mutex);
    if (m_count >= m_limits.connections)
        return Error{ErrorCode::Unavailable,
                     fmt::format("All {} connections are in use: try again in a moment.",
                                 m_limits.connections)};
    const auto known = m_perAddress.find(peer);
    const std::size_t fromThere = known == m_perAddress.end() ? 0 : known->second;
    if (fromThere >= m_limits.connectionsPerAddress && (m_limits.countLoopback || !loopback))
        return Error{ErrorCode::Unavailable,
                     fmt::format("There are {} connections from this address already: close some.",
                                 fromThere)};
    ++m_count;
    ++m_perAddress[peer];
    return Place(shared_from_this(), peer);
}

} // namespace warmbench::http
