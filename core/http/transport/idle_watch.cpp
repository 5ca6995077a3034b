#include "http/transport/idle_watch.h"

#include "base/exceptions.h"
#include "http/transport/client_socket.h"

#include <array>
#include <QSocketNotifier>
#include <sys/epoll.h>
#include <unistd.h>

namespace warmbench::http {

IdleWatch::IdleWatch(QObject *parent)
    : QObject(parent)
    , m_epoll(::epoll_create1(EPOLL_CLOEXEC))
{
    if (m_epoll < 0)
        return;
    auto *notifier = new QSocketNotifier(m_epoll, QSocketNotifier::Read, this);
    connect(notifier, &QSocketNotifier::activated, this,
            [this] { contained("http", [this] { wake(); }); });
}

IdleWatch::~IdleWatch()
{
    if (m_epoll >= 0)
        ::close(m_epoll);
}

void IdleWatch::park(ClientSocket &socket)
{
    if (socket.reading() && add(socket, EPOLLIN | EPOLLRDHUP))
        socket.setReading(false);
}

void IdleWatch::watch(ClientSocket &socket)
{
    add(socket, 0); // EPOLLHUP and EPOLLERR always come
}

bool IdleWatch::add(ClientSocket &socket, std::uint32_t events)
{
    const int descriptor = socket.descriptor();
    if (m_epoll < 0 || descriptor < 0)
        return false;
    ::epoll_event event{};
    event.events = events;
    event.data.fd = descriptor;
    if (::epoll_ctl(m_epoll, EPOLL_CTL_ADD, descriptor, &event) != 0 &&
        ::epoll_ctl(m_epoll, EPOLL_CTL_MOD, descriptor, &event) != 0)
        return false;
    m_waiting[descriptor] = &socket;
    return true;
}

void IdleWatch::wake()
{
    std::array<::epoll_event, 64> events{};
    const int count = ::epoll_wait(m_epoll, events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < count; ++i) {
        const ::epoll_event &event = events.at(static_cast<std::size_t>(i));
        const auto found = m_waiting.find(event.data.fd);
        // An earlier event may have ended this socket, and its number may be another's by now.
        if (found == m_waiting.end() || !found->second)
            continue;
        ClientSocket *socket = found->second;
        m_waiting.erase(found);
        ::epoll_ctl(m_epoll, EPOLL_CTL_DEL, event.data.fd, nullptr);
        if ((event.events & EPOLLIN) == 0) {
            Q_EMIT socket->hungUp();
            continue;
        }
        socket->setReading(true);
        Q_EMIT socket->readable();
    }
}

} // namespace warmbench::http
