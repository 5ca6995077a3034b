// The way out of one connection: answers become bytes of its socket, which count against the
// memory of the server until the client has taken them.
//
// Thread: http. The socket and the server outlive it; what is sent may find that the client has
// gone, which ends the connection within the call.
#pragma once

#include "base/clock.h"
#include "base/memory_budget.h"
#include "http/transport/exchange.h"

#include <cstddef>
#include <memory>
#include <string>

namespace warmbench::http {

class ClientSocket;
class GuardedServer;

class ConnectionOutput
{
public:
    ConnectionOutput(ClientSocket &socket, GuardedServer &server);

    // Writes an answer, or the head of one that goes on as a stream, and reports it to the hook.
    void begin(const std::shared_ptr<Exchange> &exchange);
    // Writes what the stream of an answer has by now; true once the answer is whole. A client that
    // lets too much of it lie loses the connection.
    bool pump(const Exchange &exchange);
    void append(std::string bytes);
    // Lets `connection` send() before the thread waits again.
    void sendSoon(Connection &connection);
    // Hands to the system what is written.
    void send();

    // The client has taken something.
    void noteTaken();
    // Counts what the client has not taken: who reads slowly holds memory as who sends slowly does.
    void account();
    // The client has gone: nothing is held for it. Does not look at the socket, which may be half
    // destroyed.
    void release() { m_held.set(0); }
    // When an answer was last begun or taken.
    SteadyTime lastActivity() const { return m_lastActivity; }
    // The client has stopped taking what lies here. One that takes its time has not stopped.
    bool stalls(SteadyTime now);
    // Of the stream in front more lies than is allowed. For a look now and then, not at each piece:
    // a client that reads may fall behind for a moment.
    bool streamStalls(const Exchange &front) const;

private:
    ClientSocket &m_socket;
    GuardedServer &m_server;
    MemoryBudget::Share m_held; // where it is much
    bool m_sendsSoon = false;
    SteadyTime m_lastActivity;
};

} // namespace warmbench::http
