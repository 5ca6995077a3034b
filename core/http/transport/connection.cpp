#include "http/transport/connection.h"

#include "http/transport/client_socket.h"
#include "http/transport/guarded_server.h"
#include "http/transport/local_peer.h"
#include "http/transport/reply_writer.h"

#include <algorithm>
#include <array>
#include <utility>

namespace warmbench::http {

namespace {

constexpr std::size_t readPiece = 64 * 1024;
// In one round of the event loop; then others have their turn.
constexpr int mostReads = 4;
constexpr std::size_t mostAhead = mostReads * readPiece;
constexpr std::chrono::milliseconds shortLinger{100};
// The target of OPTIONS that asks about the server (RFC 9110, 9.3.7). Qt would take it for a path.
constexpr std::string_view serverItself = "*";

SteadyTime steadyNow()
{
    return std::chrono::steady_clock::now();
}

ApiReply unavailable(std::string_view sentence)
{
    ApiReply reply = errorReply(503, "UNAVAILABLE", sentence);
    reply.fields.emplace_back("Retry-After", "1");
    return reply;
}

} // namespace

Connection::Connection(ClientSocket *socket, std::string peer, Admission::Place place,
                       GuardedServer &server)
    : QObject(socket)
    , m_socket(socket)
    , m_server(server)
    , m_peer(std::move(peer))
    , m_place(std::move(place))
    , m_input(*socket, server)
    , m_exchanges(*this, m_peer, server.limits())
    , m_output(*socket, server)
{
    // Exceptions must not pass through Qt.
    const auto on = [this](auto signal, void (Connection::*slot)()) {
        connect(m_socket, signal, this,
                [this, slot] { entered([slot](Connection &self) { (self.*slot)(); }); });
    };
    on(&ClientSocket::readable, &Connection::read);
    on(&ClientSocket::sent, &Connection::written);
    on(&ClientSocket::hungUp, &Connection::hungUp);
    // Before Qt's own slot: slots run in the order in which they were connected.
    connect(m_socket, &QTcpSocket::readyRead, this, [this] { m_server.setCurrent(this); });
    on(&QTcpSocket::disconnected, &Connection::gone);
    // Before anything is written: a client that has gone already ends the connection within that.
    connect(m_socket, &QTcpSocket::disconnected, m_socket, &QObject::deleteLater);
}

Connection::~Connection()
{
    gone();
}

void Connection::read()
{
    static thread_local std::array<char, readPiece> piece;
    for (int i = 0; i < mostReads && m_state != State::Gone; ++i) {
        const std::size_t got = m_socket->receive(piece.data(), piece.size());
        if (got > 0 && m_state == State::Open) {
            if (draining())
                m_lastInput = steadyNow();
            m_input.append({piece.data(), got});
            if (m_input.inBody()) // takes it at once, so that it is not held twice
                frame();
        }
        if (got < piece.size())
            break;
    }
    if (m_state != State::Gone)
        proceed();
}

// Frames and dispatches as far as what has come allows, and so many requests that others wait no
// longer than a moment.
void Connection::proceed()
{
    if (std::exchange(m_proceeding, true))
        return;
    std::size_t turns = m_server.limits().pipelined;
    while (m_state == State::Open) {
        if (!m_input.whole() && !paused())
            frame();
        if (!m_input.whole() || !mayDispatch())
            break;
        if (turns-- == 0) {
            proceedLater();
            break;
        }
        if (m_input.request().target == serverItself)
            dispatch({m_input.request().method, std::string(serverItself), {}});
        else
            m_input.showToQt();
        if (m_input.whole()) // Qt comes back to it
            break;
    }
    m_proceeding = false;
    if (m_state == State::Gone)
        return;
    m_input.notePace();
    accountInput();
    checkEnd();
    if (m_state == State::Gone)
        return;
    const bool held = m_state == State::Open && ahead();
    m_socket->setReading(!held);
    if (!m_socket->reading() && !std::exchange(m_watched, true))
        m_server.idleWatch().watch(*m_socket);
}

void Connection::proceedLater()
{
    if (m_state == State::Gone || std::exchange(m_proceedsLater, true))
        return;
    QMetaObject::invokeMethod(
        this,
        [this] {
            m_proceedsLater = false;
            if (m_state != State::Gone)
                entered([](Connection &self) { self.proceed(); });
        },
        Qt::QueuedConnection);
}

void Connection::frame()
{
    switch (m_input.frame()) {
    case RequestFramer::Progress::Complete:
        break;
    case RequestFramer::Progress::Failed:
        refuse(m_input.error().status, m_input.error().sentence);
        break;
    case RequestFramer::Progress::NeedMore:
        answerContinue();
        break;
    }
}

// In its turn: only where no answer to an earlier request is still to come.
void Connection::answerContinue()
{
    if (m_state == State::Open && m_exchanges.empty() && m_input.takeContinueWish()) {
        m_output.append("HTTP/1.1 100 Continue\r\n\r\n");
        sendSoon();
    }
}

bool Connection::paused() const
{
    return m_exchanges.full() || m_socket->unsent() + m_exchanges.waitingOutput() >
                                     static_cast<std::size_t>(m_server.limits().unsentOutput.count);
}

// What is held for the client stays below the limit and one answer: a request goes ahead of answers
// that are not there yet only where what it and they take is known from earlier ones.
bool Connection::mayDispatch() const
{
    if (m_exchanges.allAnswered() || paused())
        return !paused();
    return m_socket->unsent() + m_exchanges.outputWith(m_input.request()) <=
           static_cast<std::size_t>(m_server.limits().unsentOutput.count);
}

// More has come than is to be taken now: the client has to wait with more.
bool Connection::ahead() const
{
    return paused() || m_input.pending() >= mostAhead || (m_input.whole() && !mayDispatch());
}

void Connection::accountInput()
{
    if (!m_input.account(m_state != State::Open) && !m_input.whole())
        refuse(503, "The server is receiving more than it has room for: try again in a moment.");
}

void Connection::dispatch(RequestLine line)
{
    if (!m_input.whole() || m_state != State::Open)
        return;
    auto [framed, size] = m_input.take();
    const auto exchange = m_exchanges.add(framed, line, size);
    m_used = true;
    if (exchange->close)
        m_state = State::Deaf; // RFC 9112, 9.6: what comes after is no request
    handle(std::move(framed), std::move(line), exchange);
    if (!m_proceeding)
        proceedLater();
}

void Connection::handle(FramedRequest framed, RequestLine line,
                        const std::shared_ptr<Exchange> &exchange)
{
    MemoryBudget::Share share = m_server.inputShare();
    share.set(framed.body.size()); // it came in, so it had room
    accountInput();
    const Replier replier(m_server.replies(), exchange, std::move(share));
    const Serving serving = m_serving;
    if (serving != Serving::All)
        m_serving = Serving::None;
    if (serving == Serving::None) {
        replier(unavailable("The server is shutting down: try again in a moment, or another one."));
        return;
    }
    ApiRequest request;
    request.method = std::move(line.method);
    request.path = std::move(line.path);
    request.query = std::move(line.query);
    request.fields = std::move(framed.fields);
    request.body = std::move(framed.body);
    request.client = m_peer;
    request.cancellation = exchange->cancellation.get_token();
    request.memory = m_server.memory();
    request.http10 = framed.http10;
    if (request.path == serverItself) {
        replier.label("guard", m_server.guardFields(request.fields));
        ApiReply reply;
        reply.status = 204;
        reply.fields.emplace_back("Allow", "GET, HEAD, POST, OPTIONS");
        replier(std::move(reply));
        return;
    }
    try {
        if (m_server.hooks().received)
            m_server.hooks().received(request, exchange->record);
        m_server.hooks().handler(std::move(request), replier);
    } catch (...) {
        replier.refuse(loggedException("http"));
    }
}

// No request follows it: the client has ended its input, or the server ends.
bool Connection::isLast(const Exchange &exchange) const
{
    return (draining() || m_socket->inputEnded()) && m_exchanges.endsWith(exchange) &&
           m_input.empty();
}

void Connection::deliver(Exchange &exchange, ApiReply reply)
{
    if (exchange.answered)
        return;
    exchange.close |= isLast(exchange);
    m_exchanges.answer(exchange, std::move(reply), m_server.dateField());
    if (exchange.stream && draining())
        exchange.stream->end();
    flush();
}

void Connection::refuse(int status, const std::string &sentence)
{
    if (m_state != State::Open)
        return;
    m_state = State::Deaf;
    m_input.drop();
    const auto exchange = m_exchanges.addRefused(m_input.request());
    ApiReply reply = errorReply(status, protocolCode(status), sentence);
    if (status == 503)
        reply.fields.emplace_back("Retry-After", "1");
    for (auto &field : m_server.guardFields(m_input.request().fields))
        reply.fields.push_back(std::move(field));
    reply.route = exchange->route;
    deliver(*exchange, std::move(reply));
    accountInput();
}

// The server stops: streams end.
void Connection::endStreams()
{
    for (const auto &exchange : m_exchanges.all()) {
        if (exchange->stream)
            exchange->stream->end();
    }
}

void Connection::flush()
{
    bool wrote = false;
    while (m_state < State::Closing && !m_exchanges.empty() && m_exchanges.front()->answered) {
        const std::shared_ptr<Exchange> exchange = m_exchanges.front();
        if (!exchange->begun) {
            m_exchanges.begin(*exchange);
            m_output.begin(exchange);
        }
        wrote = true;
        if (!m_output.pump(*exchange) || m_state == State::Gone)
            break;
        m_exchanges.removeFront();
        if (exchange->close)
            m_state = State::Closing;
    }
    if (!wrote || m_state == State::Gone)
        return;
    sendSoon();
    if (m_state == State::Closing)
        m_exchanges.cancelAll();
    answerContinue();
}

void Connection::sendSoon()
{
    m_output.sendSoon(*this);
}

void Connection::send()
{
    m_output.send();
    if (m_state != State::Gone)
        goOn();
}

void Connection::written()
{
    m_output.noteTaken();
    goOn();
}

// Answers have gone out, which may have been what a request waited for.
void Connection::goOn()
{
    if (m_state >= State::Closing)
        endOutput();
    else if (m_input.whole() || m_input.pending() > 0 || draining() || !m_socket->reading())
        proceedLater();
}

void Connection::breakOff()
{
    m_socket->breakOff();
}

// Where nothing more is to come and all is answered.
void Connection::checkEnd()
{
    if (m_state == State::Shut) {
        if (m_socket->inputEnded())
            m_socket->drop();
        return;
    }
    if (m_socket->inputEnded() && !m_input.whole() && !paused() && m_input.begun())
        refuse(400, "The connection's input ended within a request: send all of it, with the "
                    "Content-Length that it has.");
    // An answer without an end is over for a client that has ended.
    if (m_socket->inputEnded() && !m_exchanges.empty() && m_exchanges.front()->stream)
        return m_socket->drop();
    const bool last = m_socket->inputEnded() || (draining() && m_used);
    if (m_state == State::Closing || (last && m_exchanges.empty() && m_input.empty())) {
        m_state = State::Closing;
        endOutput();
    }
}

// Closes our half once all is sent, and reads on for a while: closing with unread input would reset
// the connection, and with it the answer that the client has not read yet.
void Connection::endOutput()
{
    if (m_state >= State::Shut || m_socket->unsent() > 0)
        return;
    m_state = State::Shut;
    if (m_socket->inputEnded() || !m_server.letLinger(this))
        return m_socket->drop();
    m_place.release();
    m_shutAt = steadyNow();
    m_socket->endOutput();
    m_socket->setReading(true);
}

void Connection::hungUp()
{
    m_socket->drop();
}

void Connection::gone()
{
    if (std::exchange(m_state, State::Gone) == State::Gone)
        return;
    m_exchanges.abandon();
    accountInput();
    m_output.release();
    m_place.release();
    m_server.remove(this);
}

void Connection::drain()
{
    m_serving = m_input.begun() ? Serving::Begun : Serving::None;
    m_lastInput = steadyNow();
    endStreams();
    if (m_state < State::Closing)
        read();
}

void Connection::closeUnused()
{
    m_used = true;
    if (m_state != State::Gone)
        checkEnd();
}

void Connection::giveUp()
{
    for (const auto &exchange : m_exchanges.all()) {
        exchange->cancellation.request_stop();
        if (exchange->connection && !exchange->answered)
            deliver(*exchange, unavailable("The server stopped before the answer was there: try "
                                           "again in a moment, or another one."));
    }
    if (m_input.whole() || m_input.begun())
        refuseHalf();
    if (m_state != State::Gone)
        m_socket->send();
}

void Connection::refuseHalf()
{
    refuse(503, "The server stopped before the request was there whole: try again in a moment, or "
                "another one.");
}

void Connection::rest(std::chrono::nanoseconds quiet)
{
    if (quiet > m_server.limits().idle) {
        m_state = State::Closing;
        endOutput();
    } else if (quiet > m_server.limits().rest) {
        m_server.idleWatch().park(*m_socket);
        m_watched = false;
    }
}

void Connection::checkLinger(SteadyTime now)
{
    const HttpLimits &limits = m_server.limits();
    if (now - m_shutAt <= (draining() ? std::min(limits.linger, shortLinger) : limits.linger))
        return;
    if (m_socket->unacknowledged() == 0)
        m_socket->drop();
    else if (m_output.stalls(now))
        m_socket->breakOff();
}

void Connection::checkTimes(SteadyTime now)
{
    if (m_state == State::Shut)
        return checkLinger(now);
    const bool cut = !m_exchanges.empty() &&
                     (m_exchanges.front()->cut || m_output.streamStalls(*m_exchanges.front()));
    if (cut || (m_socket->unsent() > 0 && m_output.stalls(now))) {
        m_socket->breakOff();
    } else if (m_socket->inputEnded() && localPeerHasClosed(m_socket->descriptor())) {
        m_socket->drop();
    } else if (m_state != State::Open || m_input.whole() || paused()) {
        return;
    } else if (m_input.begun()) {
        if (draining() && now - m_lastInput > m_server.limits().lastCall)
            refuseHalf();
        else if (const std::string slow = m_input.complaint(now); !slow.empty())
            refuse(408, slow);
    } else if (m_exchanges.empty() && m_socket->unsent() == 0) {
        rest(now - m_output.lastActivity());
    }
}

} // namespace warmbench::http
