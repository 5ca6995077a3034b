// The way in of one connection: bytes become requests under limits and count against the memory of
// the server; a whole request waits here for its turn, and is then shown to Qt HTTP Server.
//
// Thread: http. The socket and the server outlive it.
#pragma once

#include "base/clock.h"
#include "base/memory_budget.h"
#include "http/transport/request_framer.h"
#include "http/transport/request_pace.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace warmbench::http {

class ClientSocket;
class GuardedServer;

class ConnectionInput
{
public:
    ConnectionInput(ClientSocket &socket, GuardedServer &server);

    void append(std::string_view bytes);
    // As RequestFramer::advance(): goes on until a request is whole, bytes are missing or something
    // is wrong.
    RequestFramer::Progress frame();
    // Qt calls the connection's dispatch() from within, or soon where it is not ready yet.
    void showToQt();
    struct Request
    {
        FramedRequest framed;
        std::size_t size; // with its head
    };
    // The whole request; the next one may follow.
    Request take();
    // What has come is forgotten, and what comes is not looked at.
    void drop() { m_stage = Stage::Receiving; }

    // A whole request waits for its turn or for Qt's call.
    bool whole() const { return m_stage != Stage::Receiving; }
    // A byte of a request that is not whole has come.
    bool begun() const { return m_framer.begun(); }
    bool inBody() const { return m_framer.inBody(); }
    // Nothing has come behind the last request that was taken.
    bool empty() const { return !whole() && !begun() && pending() == 0; }
    // Bytes behind the request that is framed.
    std::size_t pending() const { return m_framer.pending(); }
    const FramedRequest &request() const { return m_framer.request(); } // as far as it came
    const FramingError &error() const { return m_framer.error(); }

    // The client waits for "100 Continue", which it gets once.
    bool takeContinueWish();
    // Starts the times of what is on its way now.
    void notePace();
    // Why the request comes too slowly; empty where it does not.
    std::string complaint(SteadyTime now);
    // Counts what is held, nothing where the connection is `deaf`. False where the server has no
    // room for it.
    bool account(bool deaf);

private:
    // Where the request in front is.
    enum class Stage {
        Receiving, // not whole
        Framed,    // whole
        Shown      // Qt has its request line to read
    };

    ClientSocket &m_socket;
    GuardedServer &m_server;
    RequestFramer m_framer;
    Stage m_stage = Stage::Receiving;
    bool m_owesContinue = false;
    RequestPace m_pace;
    MemoryBudget::Share m_held;
};

} // namespace warmbench::http
