#include "http/transport/connection_input.h"

#include "http/transport/client_socket.h"
#include "http/transport/guarded_server.h"
#include "http/transport/request_line.h"

#include <utility>

namespace warmbench::http {

ConnectionInput::ConnectionInput(ClientSocket &socket, GuardedServer &server)
    : m_socket(socket)
    , m_server(server)
    , m_framer(server.limits(), server.maxBody())
    , m_held(server.inputShare())
{
}

void ConnectionInput::append(std::string_view bytes)
{
    m_pace.receive(bytes.size());
    m_framer.append(bytes);
}

RequestFramer::Progress ConnectionInput::frame()
{
    const auto progress = m_framer.advance();
    if (progress == RequestFramer::Progress::Complete)
        m_stage = Stage::Framed;
    else if (progress == RequestFramer::Progress::NeedMore && m_framer.takeContinueWish())
        m_owesContinue = true;
    return progress;
}

void ConnectionInput::showToQt()
{
    if (std::exchange(m_stage, Stage::Shown) != Stage::Shown)
        m_socket.showToQt(headForQt(m_framer.request()));
    Q_EMIT m_socket.readyRead();
}

ConnectionInput::Request ConnectionInput::take()
{
    m_stage = Stage::Receiving;
    m_owesContinue = false;
    m_pace.restart();
    const std::size_t size = m_framer.buffered() - m_framer.pending();
    return {m_framer.take(), size};
}

bool ConnectionInput::takeContinueWish()
{
    return m_framer.inBody() && std::exchange(m_owesContinue, false);
}

void ConnectionInput::notePace()
{
    if (!whole())
        m_pace.note(begun(), inBody());
}

std::string ConnectionInput::complaint(SteadyTime now)
{
    return m_pace.complaint(now, inBody(), m_server.limits());
}

bool ConnectionInput::account(bool deaf)
{
    return m_held.set(deaf ? 0 : m_framer.buffered());
}

} // namespace warmbench::http
