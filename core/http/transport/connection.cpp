#include "http/transport/connection.h"

#include "base/logging.h"
#include "http/transport/client_socket.h"
#include "http/transport/guarded_server.h"
#include "http/transport/local_peer.h"
#include "http/transport/reply_stream.h"
#include "http/transport/reply_writer.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace warmbench::http {

namespace {

// What Qt's parser gets in place of each request.
constexpr std::string_view standIn = "GET / HTTP/1.1\r\n\r\n";
constexpr std::size_t readPiece = 64 * 1024;
// In one round of the event loop; then others have their turn.
constexpr int mostPieces = 4;
constexpr std::size_t mostAhead = mostPieces * readPiece;
constexpr std::chrono::milliseconds shortLinger{100};
// Larger bodies are not copied behind their head, and counted until they are sent.
constexpr std::size_t mostCopied = 64 * 1024;

SteadyTime steadyNow()
{
    return std::chrono::steady_clock::now();
}

// Equal for requests to the same address: these have answers of about the same size.
std::size_t likenessOf(const FramedRequest &request)
{
    return std::hash<std::string_view>()(request.target);
}

std::string pathOf(const FramedRequest &request)
{
    return request.target.substr(0, request.target.find('?'));
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
    , m_framer(server.limits(), server.maxBody())
    , m_input(server.inputShare())
    , m_output(server.inputShare())
    , m_lastActivity(steadyNow())
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
    for (int i = 0; i < mostPieces && !m_gone; ++i) {
        const std::size_t got = m_socket->receive(piece.data(), piece.size());
        if (got > 0 && !m_deaf && !m_closing) {
            m_pace.receive(got);
            if (m_draining)
                m_lastInput = steadyNow();
            m_framer.append({piece.data(), got});
            if (m_framer.inBody()) // takes it at once, so that it is not held twice
                frame();
        }
        if (got < piece.size())
            break;
    }
    if (!m_gone)
        proceed();
}

// As far as what has come allows, and for so many requests that others wait no longer than a
// moment.
void Connection::proceed()
{
    if (std::exchange(m_proceeding, true))
        return;
    std::size_t turns = m_server.limits().pipelined;
    while (!m_gone && !m_deaf && !m_closing) {
        if (!m_framed && !paused())
            frame();
        if (!m_framed || !mayDispatch())
            break;
        if (turns-- == 0) {
            proceedLater();
            break;
        }
        handOver();
        if (m_framed) // Qt comes back to it
            break;
    }
    m_proceeding = false;
    if (m_gone)
        return;
    if (!m_framed)
        m_pace.note(m_framer.begun(), m_framer.inBody());
    account();
    checkEnd();
    if (m_gone)
        return;
    const bool held = !m_deaf && !m_closing && ahead();
    m_socket->setReading(!held);
    if (!m_socket->reading() && !std::exchange(m_watched, true))
        m_server.idleWatch().watch(*m_socket);
}

void Connection::proceedLater()
{
    if (m_gone || std::exchange(m_proceedsLater, true))
        return;
    QMetaObject::invokeMethod(
        this,
        [this] {
            m_proceedsLater = false;
            if (!m_gone)
                entered([](Connection &self) { self.proceed(); });
        },
        Qt::QueuedConnection);
}

// Qt calls dispatch() from within, or soon where it is not ready yet.
void Connection::handOver()
{
    // Qt opens a transaction to parse in; inside one, nothing can be put back.
    if (m_socket->isTransactionStarted())
        m_socket->commitTransaction();
    if (!std::exchange(m_handedOver, true)) {
        for (auto c = standIn.rbegin(); c != standIn.rend(); ++c)
            m_socket->ungetChar(*c);
    }
    Q_EMIT m_socket->readyRead();
}

void Connection::frame()
{
    switch (m_framer.advance()) {
    case RequestFramer::Progress::Complete:
        m_framed = true;
        break;
    case RequestFramer::Progress::Failed:
        refuse(m_framer.error().status, m_framer.error().sentence);
        break;
    case RequestFramer::Progress::NeedMore:
        if (m_framer.takeContinueWish())
            m_owesContinue = true;
        answerContinue();
        break;
    }
}

// In its turn: only where no answer to an earlier request is still to come.
void Connection::answerContinue()
{
    if (!m_owesContinue || !m_exchanges.empty() || !m_framer.inBody() || m_deaf)
        return;
    m_owesContinue = false;
    m_socket->append("HTTP/1.1 100 Continue\r\n\r\n");
    sendSoon();
}

bool Connection::paused() const
{
    return m_exchanges.size() >= m_server.limits().pipelined ||
           m_socket->unsent() + m_waitingOutput >
               static_cast<std::size_t>(m_server.limits().unsentOutput.count);
}

// What is held for the client stays below the limit and one answer: a request goes ahead of answers
// that are not there yet only where what it and they take is known from earlier ones.
bool Connection::mayDispatch() const
{
    if (m_unanswered == 0 || paused())
        return !paused();
    const FramedRequest &next = m_framer.request();
    const std::size_t all = m_socket->unsent() + m_waitingOutput + m_expectedOutput +
                            expectedAnswer(likenessOf(next), next.body.size());
    return all <= static_cast<std::size_t>(m_server.limits().unsentOutput.count);
}

// All that is allowed where nothing is known.
std::size_t Connection::expectedAnswer(std::size_t likeness, std::size_t requestBytes) const
{
    return m_known.find(likeness, requestBytes)
        .value_or(static_cast<std::size_t>(m_server.limits().unsentOutput.count));
}

// More has come than is to be taken now: the client has to wait with more.
bool Connection::ahead() const
{
    return paused() || m_framer.pending() >= mostAhead || (m_framed && !mayDispatch());
}

bool Connection::nothingBegun() const
{
    return !m_framed && !m_framer.begun() && m_framer.pending() == 0;
}

void Connection::account()
{
    const std::size_t now = m_gone || m_deaf ? 0 : m_framer.buffered();
    if (!m_input.set(now) && !m_framed)
        refuse(503, "The server is receiving more than it has room for: try again in a moment.");
}

// Counted until the client has taken it: who reads slowly holds it as who sends slowly does.
void Connection::accountOutput()
{
    const std::size_t now = m_gone ? 0 : m_socket->unsent();
    m_output.set(now > mostCopied ? now : 0);
}

void Connection::breakOff()
{
    m_socket->breakOff();
}

void Connection::dispatch()
{
    if (!m_framed || m_deaf)
        return;
    m_framed = false;
    m_handedOver = false;
    m_pace.restart();
    m_owesContinue = false;
    const std::size_t size = m_framer.buffered() - m_framer.pending();
    FramedRequest framed = m_framer.take();
    MemoryBudget::Share share = m_server.inputShare();
    share.set(framed.body.size()); // it came in, so it had room
    account();
    const std::shared_ptr<Exchange> exchange = open(framed, size);
    const Replier replier(m_server.replies(), exchange, std::move(share));
    if (m_draining && !std::exchange(m_finishes, false)) {
        replier(unavailable("The server is shutting down: try again in a moment, or another one."));
    } else {
        ApiRequest request;
        request.method = std::move(framed.method);
        request.target = std::move(framed.target);
        request.fields = std::move(framed.fields);
        request.body = std::move(framed.body);
        request.client = m_peer;
        request.cancellation = exchange->cancellation;
        request.memory = m_server.memory();
        request.http10 = framed.http10;
        handle(std::move(request), replier);
    }
    if (!m_proceeding)
        proceedLater();
}

std::shared_ptr<Exchange> Connection::open(const FramedRequest &framed, std::size_t size)
{
    auto exchange = std::make_shared<Exchange>();
    exchange->connection = this;
    exchange->head = framed.method == "HEAD";
    exchange->close = !framed.keepAlive;
    exchange->http10 = framed.http10;
    exchange->likeness = likenessOf(framed);
    exchange->expected = expectedAnswer(exchange->likeness, size);
    m_expectedOutput += exchange->expected;
    exchange->began = steadyNow();
    exchange->record.client = m_peer;
    exchange->record.method = framed.method;
    exchange->record.path = pathOf(framed);
    exchange->record.requestBytes = static_cast<std::int64_t>(size);
    m_exchanges.push_back(exchange);
    ++m_unanswered;
    m_used = true;
    m_deaf = exchange->close; // RFC 9112, 9.6: what comes after is no request
    return exchange;
}

void Connection::handle(ApiRequest request, const Replier &replier)
{
    try {
        m_server.hooks().handler(std::move(request), replier);
    } catch (...) {
        replier.refuse(loggedException("http"));
    }
}

// No request follows it: the client has ended its input, or the server ends.
bool Connection::isLast(const Exchange &exchange) const
{
    return (m_draining || m_socket->inputEnded()) && m_exchanges.back().get() == &exchange &&
           nothingBegun();
}

void Connection::deliver(Exchange &exchange, ApiReply reply)
{
    if (std::exchange(exchange.answered, true))
        return;
    --m_unanswered;
    m_expectedOutput -= exchange.expected;
    exchange.close |= isLast(exchange);
    exchange.record.status = reply.status;
    exchange.record.sentence = std::move(reply.sentence);
    exchange.record.model = std::move(reply.model);
    exchange.record.cache = std::move(reply.cache);
    exchange.route = std::move(reply.route);
    exchange.close |= reply.stream && exchange.http10; // nothing else can tell its end
    const bool apart = reply.body.size() > mostCopied;
    exchange.wire = serialised(reply, {exchange.head, exchange.close, exchange.http10, apart},
                               m_server.dateField());
    if (apart && !exchange.head) {
        exchange.body = std::move(reply.body);
        exchange.held = std::move(reply.held);
    }
    const std::size_t size = exchange.wire.size() + exchange.body.size();
    exchange.record.responseBytes = static_cast<std::int64_t>(size);
    m_waitingOutput += size;
    m_known.remember(exchange.likeness, static_cast<std::size_t>(exchange.record.requestBytes),
                     size);
    if (!exchange.head)
        exchange.stream = std::move(reply.stream);
    if (exchange.stream && m_draining)
        exchange.stream->end();
    flush();
}

void Connection::refuse(int status, const std::string &sentence)
{
    if (m_deaf || m_closing || m_gone)
        return;
    m_deaf = true;
    m_framed = false;
    auto exchange = std::make_shared<Exchange>();
    exchange->connection = this;
    exchange->head = m_framer.headRequest();
    exchange->close = true;
    exchange->began = steadyNow();
    exchange->record.client = m_peer;
    exchange->record.method = m_framer.request().method; // as far as they came
    exchange->record.path = pathOf(m_framer.request());
    exchange->route = "guard";
    m_exchanges.push_back(exchange);
    ++m_unanswered;
    ApiReply reply = errorReply(status, protocolCode(status), sentence);
    if (status == 503)
        reply.fields.emplace_back("Retry-After", "1");
    if (m_server.hooks().refusalFields) {
        for (auto &field : m_server.hooks().refusalFields(m_framer.fields()))
            reply.fields.push_back(std::move(field));
    }
    reply.route = exchange->route;
    deliver(*exchange, std::move(reply));
    account();
}

void Connection::begin(const std::shared_ptr<Exchange> &exchange)
{
    m_waitingOutput -= exchange->wire.size() + exchange->body.size();
    m_socket->append(std::exchange(exchange->wire, {}));
    m_socket->append(std::exchange(exchange->body, {}));
    accountOutput();
    exchange->held = {};
    exchange->begun = true;
    m_lastActivity = steadyNow();
    const auto took = m_lastActivity - exchange->began;
    exchange->record.totalMs = toMilliseconds(took);
    if (exchange->stream)
        exchange->stream->attach([replies = m_server.replies(), weak = std::weak_ptr(exchange)] {
            if (auto known = weak.lock())
                replies->post(std::move(known), {});
        });
    if (m_server.hooks().answered)
        m_server.hooks().answered(exchange->record, exchange->route, took);
}

// Sends what the stream has by now; true at its end. Who does not take it loses the connection.
bool Connection::pump(const Exchange &exchange)
{
    if (!exchange.stream)
        return true;
    auto [piece, last] = exchange.stream->take();
    if (!exchange.http10 && !piece.empty())
        piece = fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
    if (!exchange.http10 && last)
        piece += "0\r\n\r\n";
    m_socket->append(std::move(piece));
    if (last)
        return true;
    m_socket->send();
    if (!m_gone &&
        m_socket->unsent() > static_cast<std::size_t>(m_server.limits().unsentOutput.count))
        m_socket->breakOff();
    return false;
}

// The server stops: streams end.
void Connection::endStreams()
{
    const auto exchanges = m_exchanges; // ending one may take it off the list
    for (const auto &exchange : exchanges) {
        if (exchange->stream)
            exchange->stream->end();
    }
}

void Connection::flush()
{
    bool wrote = false;
    while (!m_exchanges.empty() && m_exchanges.front()->answered && !m_closing && !m_gone) {
        const std::shared_ptr<Exchange> exchange = m_exchanges.front();
        if (!exchange->begun)
            begin(exchange);
        wrote = true;
        if (!pump(*exchange) || m_gone)
            break;
        m_exchanges.pop_front();
        exchange->connection = nullptr;
        m_closing = exchange->close;
    }
    if (!wrote || m_gone)
        return;
    sendSoon();
    if (m_closing) {
        for (const auto &exchange : m_exchanges)
            exchange->cancellation.cancel();
    }
    answerContinue();
}

void Connection::sendSoon()
{
    if (!std::exchange(m_sendsSoon, true))
        m_server.sendSoon(this);
}

void Connection::send()
{
    m_sendsSoon = false;
    m_socket->send();
    accountOutput();
    if (!m_gone)
        goOn();
}

void Connection::written()
{
    m_lastActivity = steadyNow();
    accountOutput();
    goOn();
}

// Answers have gone out, which may have been what a request waited for.
void Connection::goOn()
{
    if (m_closing)
        endOutput();
    else if (m_framed || m_framer.pending() > 0 || m_draining || !m_socket->reading())
        proceedLater();
}

// Where nothing more is to come and all is answered.
void Connection::checkEnd()
{
    if (m_shut) {
        if (m_socket->inputEnded())
            m_socket->drop();
        return;
    }
    if (m_socket->inputEnded() && !m_framed && !paused() && m_framer.begun())
        refuse(400, "The connection's input ended within a request: send all of it, with the "
                    "Content-Length that it has.");
    // An answer without an end is over for a client that has ended.
    if (m_socket->inputEnded() && !m_exchanges.empty() && m_exchanges.front()->stream)
        return m_socket->drop();
    const bool last = m_socket->inputEnded() || (m_draining && m_used);
    if (m_closing || (last && m_exchanges.empty() && nothingBegun())) {
        m_closing = true;
        endOutput();
    }
}

// Closes our half once all is sent, and reads on for a while: closing with unread input would reset
// the connection, and with it the answer that the client has not read yet.
void Connection::endOutput()
{
    if (m_shut || m_gone || m_socket->unsent() > 0)
        return;
    m_shut = true;
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
    if (m_gone)
        return;
    m_gone = true;
    for (const auto &exchange : m_exchanges) {
        exchange->connection = nullptr;
        exchange->cancellation.cancel();
    }
    m_exchanges.clear();
    account();
    accountOutput();
    m_place.release();
    m_server.remove(this);
}

void Connection::drain()
{
    m_draining = true;
    m_lastInput = steadyNow();
    m_finishes = m_framer.begun();
    endStreams();
    if (!m_gone && !m_closing)
        read();
}

void Connection::closeUnused()
{
    m_used = true;
    if (!m_gone)
        checkEnd();
}

void Connection::giveUp()
{
    const auto exchanges = m_exchanges; // answering one may take it off the list
    for (const auto &exchange : exchanges) {
        exchange->cancellation.cancel();
        if (exchange->connection && !exchange->answered)
            deliver(*exchange, unavailable("The server stopped before the answer was there: try "
                                           "again in a moment, or another one."));
    }
    if (m_framed || m_framer.begun())
        refuseHalf();
    if (!m_gone)
        m_socket->send();
}

void Connection::refuseHalf()
{
    refuse(503, "The server stopped before the request was there whole: try again in a moment, or "
                "another one.");
}

// A stream whose client lets more lie than it may. Looked at now and then, not at each piece: who
// reads may fall behind for a moment.
bool Connection::streamStalls() const
{
    if (m_exchanges.empty() || !m_exchanges.front()->begun || !m_exchanges.front()->stream)
        return false;
    return m_socket->unsent() + m_socket->unacknowledged() >
           static_cast<std::size_t>(m_server.limits().unsentStream.count);
}

void Connection::rest(std::chrono::nanoseconds quiet)
{
    if (quiet > m_server.limits().idle) {
        m_closing = true;
        endOutput();
    } else if (quiet > m_server.limits().rest) {
        m_server.idleWatch().park(*m_socket);
        m_watched = false;
    }
}

// A client that takes its time is none that has stopped: what reaches it counts.
bool Connection::stalls(SteadyTime now)
{
    if (now - m_lastActivity <= m_server.limits().idle)
        return false;
    if (!m_socket->outputMoves())
        return true;
    m_lastActivity = now;
    return false;
}

void Connection::checkLinger(SteadyTime now)
{
    const HttpLimits &limits = m_server.limits();
    if (now - m_shutAt <= (m_draining ? std::min(limits.linger, shortLinger) : limits.linger))
        return;
    if (m_socket->unacknowledged() == 0)
        m_socket->drop();
    else if (stalls(now))
        m_socket->breakOff();
}

void Connection::checkTimes(SteadyTime now)
{
    const HttpLimits &limits = m_server.limits();
    if (m_shut) {
        checkLinger(now);
    } else if ((!m_exchanges.empty() && m_exchanges.front()->cut) || streamStalls() ||
               (m_socket->unsent() > 0 && stalls(now))) {
        m_socket->breakOff();
    } else if (m_socket->inputEnded() && localPeerHasClosed(m_socket->descriptor())) {
        m_socket->drop();
    } else if (m_deaf || m_closing || m_framed || paused()) {
        return;
    } else if (m_draining && m_framer.begun() && now - m_lastInput > limits.lastCall) {
        refuseHalf();
    } else if (m_framer.begun()) {
        if (const std::string slow = m_pace.complaint(now, m_framer.inBody(), limits);
            !slow.empty())
            refuse(408, slow);
    } else if (m_exchanges.empty() && m_socket->unsent() == 0) {
        rest(now - m_lastActivity);
    }
}

} // namespace warmbench::http
