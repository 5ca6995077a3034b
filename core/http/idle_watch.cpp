#include "http/idle_watch.h"

#include <array>
#include <QTcpSocket>
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
    connect(notifier, &QSocketNotifier::activated, this, &IdleWatch::wake);
}

IdleWatch::~IdleWatch()
{
    if (m_epoll >= 0)
        ::close(m_epoll);
}

void IdleWatch::park(const QTcpSocket &socket)
{
    if (m_epoll < 0)
        return;
    // The notifier is the socket's child, or its engine's.
    const auto notifiers = socket.findChildren<QSocketNotifier *>();
    for (QSocketNotifier *notifier : notifiers) {
        if (notifier->type() != QSocketNotifier::Read || !notifier->isEnabled())
            continue;
        const int descriptor = static_cast<int>(notifier->socket());
        ::epoll_event event{};
        event.events = EPOLLIN | EPOLLRDHUP;
        event.data.fd = descriptor;
        if (::epoll_ctl(m_epoll, EPOLL_CTL_ADD, descriptor, &event) != 0)
            continue;
        notifier->setEnabled(false);
        m_parked[descriptor] = notifier;
    }
}

void IdleWatch::wake()
{
    std::array<::epoll_event, 64> events{};
    const int count = ::epoll_wait(m_epoll, events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < count; ++i) {
        const int descriptor = events.at(static_cast<std::size_t>(i)).data.fd;
        ::epoll_ctl(m_epoll, EPOLL_CTL_DEL, descriptor, nullptr);
        const auto parked = m_parked.find(descriptor);
        if (parked == m_parked.end())
            continue;
        if (parked->second)
            parked->second->setEnabled(true); // the loop finds it readable
        m_parked.erase(parked);
    }
}

} // namespace warmbench::http
