// Where connections wait that have said nothing for a while.
//
// Qt's event loop hands every descriptor to poll() in every round, so that a thousand idle
// keep-alive connections make each request of the busy ones dearer. Here they wait in one epoll
// set, of which the loop sees one descriptor. Where the set cannot be had, they stay in the loop.
//
// Thread: http. Private to this room.
#pragma once

#include <cstdint>
#include <QObject>
#include <QPointer>
#include <unordered_map>

namespace warmbench::http {

class ClientSocket;

class IdleWatch : public QObject
{
    Q_OBJECT

public:
    explicit IdleWatch(QObject *parent);
    ~IdleWatch() override;

    // Takes the socket out of the event loop until the client says something or leaves; the socket
    // then emits readable(). Does nothing to a socket that is parked or gone.
    void park(ClientSocket &socket);
    // Lets a socket that is not read from emit hungUp() once its connection has broken.
    void watch(ClientSocket &socket);

private:
    bool add(ClientSocket &socket, std::uint32_t events);
    void wake();

    int m_epoll;
    std::unordered_map<int, QPointer<ClientSocket>> m_waiting; // by descriptor
};

} // namespace warmbench::http
