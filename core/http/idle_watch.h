// Where connections wait that have said nothing for a while.
//
// Qt's event loop hands every descriptor to poll() in every round, so that a thousand idle
// keep-alive connections make each request of the busy ones dearer. Here they wait in one epoll
// set, of which the loop sees one descriptor. Where the set cannot be had, they stay in the loop.
//
// Thread: http. Private to this room.
#pragma once

#include <QObject>
#include <QPointer>
#include <QSocketNotifier>
#include <unordered_map>

class QTcpSocket;

namespace warmbench::http {

class IdleWatch : public QObject
{
    Q_OBJECT

public:
    explicit IdleWatch(QObject *parent);
    ~IdleWatch() override;

    // Until the client says something or leaves, or the socket is gone. A parked socket stays so.
    void park(const QTcpSocket &socket);
    std::size_t parked() const { return m_parked.size(); }

private:
    void wake();

    int m_epoll;
    std::unordered_map<int, QPointer<QSocketNotifier>> m_parked; // by descriptor
};

} // namespace warmbench::http
