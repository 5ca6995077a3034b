#include "http/transport/connection_output.h"

#include "http/transport/client_socket.h"
#include "http/transport/guarded_server.h"

#include <fmt/format.h>
#include <utility>

namespace warmbench::http {

namespace {

// Less is not counted.
constexpr std::size_t mostUncounted = 64 * 1024;

} // namespace

ConnectionOutput::ConnectionOutput(ClientSocket &socket, GuardedServer &server)
    : m_socket(socket)
    , m_server(server)
    , m_held(server.inputShare())
    , m_lastActivity(std::chrono::steady_clock::now())
{
}

void ConnectionOutput::begin(const std::shared_ptr<Exchange> &exchange)
{
    m_socket.append(std::exchange(exchange->wire, {}));
    m_socket.append(std::exchange(exchange->body, {}));
    account();
    exchange->held = {};
    m_lastActivity = std::chrono::steady_clock::now();
    const auto took = m_lastActivity - exchange->began;
    exchange->record.total = took;
    if (exchange->stream)
        exchange->stream->attach([replies = m_server.replies(), weak = std::weak_ptr(exchange)] {
            if (auto known = weak.lock())
                replies->post(std::move(known), {});
        });
    if (m_server.hooks().answered)
        m_server.hooks().answered(exchange->record, exchange->route, took);
}

bool ConnectionOutput::pump(const Exchange &exchange)
{
    if (!exchange.stream)
        return true;
    auto [piece, last] = exchange.stream->take();
    if (!exchange.http10 && !piece.empty())
        piece = fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
    if (!exchange.http10 && last)
        piece += "0\r\n\r\n";
    m_socket.append(std::move(piece));
    if (last)
        return true;
    m_socket.send();
    if (m_socket.unsent() > static_cast<std::size_t>(m_server.limits().unsentOutput.count))
        m_socket.breakOff();
    return false;
}

void ConnectionOutput::append(std::string bytes)
{
    m_socket.append(std::move(bytes));
}

void ConnectionOutput::sendSoon(Connection &connection)
{
    if (!std::exchange(m_sendsSoon, true))
        m_server.sendSoon(&connection);
}

void ConnectionOutput::send()
{
    m_sendsSoon = false;
    m_socket.send();
    account();
}

void ConnectionOutput::noteTaken()
{
    m_lastActivity = std::chrono::steady_clock::now();
    account();
}

void ConnectionOutput::account()
{
    const std::size_t now = m_socket.unsent();
    m_held.set(now > mostUncounted ? now : 0);
}

bool ConnectionOutput::stalls(SteadyTime now)
{
    if (now - m_lastActivity <= m_server.limits().idle)
        return false;
    if (!m_socket.outputMoves())
        return true;
    m_lastActivity = now;
    return false;
}

bool ConnectionOutput::streamStalls(const Exchange &front) const
{
    return front.begun && front.stream &&
           m_socket.unsent() + m_socket.unacknowledged() >
               static_cast<std::size_t>(m_server.limits().unsentStream.count);
}

} // namespace warmbench::http
