#include "http/connection.h"

#include "base/logging.h"
#include "http/guarded_server.h"
#include "http/reply_stream.h"
#include "http/reply_writer.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <linux/sockios.h>
#include <QHostAddress>
#include <QSocketNotifier>
#include <QTcpSocket>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace warmbench::http {

namespace {

// What Qt's parser gets in place of each request.
constexpr std::string_view standIn = "GET / HTTP/1.1\r\n\r\n";
constexpr std::size_t readPiece = 64 * 1024;
constexpr qint64 socketBuffer = 256 * 1024;
constexpr std::chrono::milliseconds shortLinger{100};

SteadyTime steadyNow()
{
    return std::chrono::steady_clock::now();
}

} // namespace

Connection::Connection(QTcpSocket *socket, GuardedServer &server)
    : QObject(socket)
    , m_socket(socket)
    , m_server(server)
    , m_peer(socket->peerAddress().toString().toStdString())
    , m_framer(server.limits(), server.maxBody())
    , m_input(server.inputShare())
    , m_lastActivity(steadyNow())
{
    if (m_peer.starts_with("::ffff:"))
        m_peer.erase(0, 7);
    m_socket->setReadBufferSize(socketBuffer);
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    connect(m_socket, &QTcpSocket::readyRead, this, &Connection::read);
    connect(m_socket, &QTcpSocket::disconnected, this, &Connection::gone);
    // Before anything is written: a client that has gone already ends the connection within that.
    connect(m_socket, &QTcpSocket::disconnected, m_socket, &QObject::deleteLater);
    connect(m_socket, &QTcpSocket::bytesWritten, this, &Connection::written);
}

Connection::~Connection()
{
    gone();
}

void Connection::read()
{
    m_server.setCurrent(this);
    m_held = false; // the read that finds nothing more switches Qt's notifier on
    // Qt opens a transaction to parse in; inside one, bytes read would stay in the buffer.
    if (m_socket->isTransactionStarted())
        m_socket->commitTransaction();
    static thread_local std::array<char, readPiece> piece;
    while (!m_gone) { // a refusal to a client that has left ends the connection
        const qint64 got = m_socket->read(piece.data(), piece.size());
        if (got <= 0)
            break;
        if (m_refusing || m_closing)
            continue;
        m_windowBytes += static_cast<std::uint64_t>(got);
        const bool begun = m_framer.begun();
        const bool inBody = m_framer.inBody();
        m_framer.append({piece.data(), static_cast<std::size_t>(got)});
        if (m_framed || paused())
            continue;
        frame();
        advanceTimes(begun, inBody);
    }
    // Bytes that waited while too many requests were under way.
    if (!m_gone && !m_refusing && !m_closing && !m_framed && !paused())
        frame();
    if (m_gone) { // Qt's slot, which comes next, would complain of a socket that is not open
        disconnect(m_socket, &QTcpSocket::readyRead, nullptr, nullptr);
        return;
    }
    account();
    checkPausedInput();
    holdInput();
    if (m_framed) {
        for (auto c = standIn.rbegin(); c != standIn.rend(); ++c)
            m_socket->ungetChar(*c);
    }
}

// For what is buffered here already: Qt's slot must run after ours once more.
void Connection::readLater()
{
    if (std::exchange(m_readLater, true))
        return;
    QMetaObject::invokeMethod(
        this,
        [this] {
            m_readLater = false;
            if (!m_gone && m_socket->isOpen())
                Q_EMIT m_socket->readyRead();
        },
        Qt::QueuedConnection);
}

// Who sends ahead of the answers has to wait: nothing more is taken out of the system's buffer. Qt
// has no call for that, and reads on whenever somebody (its own parser too) has asked in vain, so
// that its notifier is switched off once all slots have had their turn.
void Connection::holdInput()
{
    if (m_refusing || m_closing || !ahead() || std::exchange(m_holdLater, true))
        return;
    QMetaObject::invokeMethod(
        this,
        [this] {
            m_holdLater = false;
            if (m_gone || m_refusing || m_closing || !ahead())
                return;
            m_held = true;
            for (auto *notifier : m_socket->findChildren<QSocketNotifier *>()) {
                if (notifier->type() == QSocketNotifier::Read)
                    notifier->setEnabled(false);
            }
        },
        Qt::QueuedConnection);
}

void Connection::resumeInput()
{
    if (m_gone || m_framed)
        return;
    const bool discarding = m_refusing || m_closing;
    if (m_held ? discarding || !paused() : m_framer.pending() > 0 && !discarding && !paused())
        readLater();
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

void Connection::advanceTimes(bool begunBefore, bool inBodyBefore)
{
    if (m_framer.begun() && !begunBefore)
        m_headBegan = steadyNow();
    if (m_framer.inBody() && !inBodyBefore) {
        m_windowBegan = steadyNow();
        m_windowBytes = 0;
        m_firstWindow = true;
    }
}

// In its turn: only where no answer to an earlier request is still to come.
void Connection::answerContinue()
{
    if (!m_owesContinue || !m_exchanges.empty() || !m_framer.inBody() || m_refusing)
        return;
    m_owesContinue = false;
    m_socket->write("HTTP/1.1 100 Continue\r\n\r\n");
    m_socket->flush();
}

bool Connection::paused() const
{
    return m_exchanges.size() >= m_server.limits().pipelined ||
           m_socket->bytesToWrite() + static_cast<qint64>(m_waitingOutput) >
               m_server.limits().unsentOutput.count;
}

// More has come than is to be taken now: a request a round of the event loop, at most.
bool Connection::ahead() const
{
    return paused() || m_framer.pending() >= static_cast<std::size_t>(socketBuffer);
}

// For a Qt in which input cannot be held.
void Connection::checkPausedInput()
{
    const auto most = static_cast<std::size_t>(m_server.maxBody().count + 4 * socketBuffer);
    if (!m_refusing && !m_closing && m_framer.pending() > most)
        refuse(503, "Too much was sent ahead of the answers: wait for some before sending more.");
}

void Connection::account()
{
    const std::size_t now = m_gone || m_refusing ? 0 : m_framer.buffered();
    if (!m_input.set(now) && !m_framed)
        refuse(503, "The server is receiving more than it has room for: try again in a moment.");
}

void Connection::dispatch()
{
    if (!m_framed)
        return;
    m_framed = false;
    m_owesContinue = false;
    const std::size_t size = m_framer.buffered() - m_framer.pending();
    FramedRequest framed = m_framer.take();
    InputBudget::Share share = m_server.inputShare();
    account();
    share.set(framed.body.size()); // it came in, so it had room

    auto exchange = std::make_shared<Exchange>();
    exchange->connection = this;
    exchange->head = framed.method == "HEAD";
    exchange->close = !framed.keepAlive;
    exchange->http10 = framed.http10;
    exchange->began = steadyNow();
    exchange->record.client = m_peer;
    exchange->record.method = framed.method;
    exchange->record.path = framed.target.substr(0, framed.target.find('?'));
    exchange->record.requestBytes = static_cast<std::int64_t>(size);
    m_exchanges.push_back(exchange);

    ApiRequest request;
    request.method = std::move(framed.method);
    request.target = std::move(framed.target);
    request.fields = std::move(framed.fields);
    request.body = std::move(framed.body);
    request.client = m_peer;
    request.cancellation = exchange->cancellation;
    request.http10 = framed.http10;
    const Replier replier(m_server.replies(), exchange, std::move(share));
    if (m_draining) {
        replier(errorReply(503, "UNAVAILABLE", "The server is shutting down: try another one."));
    } else {
        try {
            m_server.hooks().handler(std::move(request), replier);
        } catch (const std::exception &exception) {
            logError("http", fmt::format("A request failed: {}", exception.what()));
            replier(errorReply(500, "INTERNAL",
                               fmt::format("The request failed: {}. This is a defect: please "
                                           "report it with the request that caused it.",
                                           exception.what())));
        }
    }
    resumeInput();
}

void Connection::deliver(Exchange &exchange, ApiReply reply)
{
    exchange.answered = true;
    exchange.close |= m_draining;
    exchange.record.status = reply.status;
    exchange.record.model = std::move(reply.model);
    exchange.record.cache = std::move(reply.cache);
    exchange.route = std::move(reply.route);
    exchange.close |= reply.stream && exchange.http10; // nothing else can tell its end
    exchange.wire =
        serialised(reply, {exchange.head, exchange.close, exchange.http10}, m_server.dateField());
    exchange.record.responseBytes = static_cast<std::int64_t>(exchange.wire.size());
    m_waitingOutput += exchange.wire.size();
    if (!exchange.head)
        exchange.stream = std::move(reply.stream);
    if (exchange.stream && m_draining)
        exchange.stream->end();
    flush();
}

void Connection::refuse(int status, const std::string &sentence)
{
    if (m_refusing || m_closing || m_gone)
        return;
    m_refusing = true;
    m_framed = false;
    auto exchange = std::make_shared<Exchange>();
    exchange->connection = this;
    exchange->head = m_framer.headRequest();
    exchange->close = true;
    exchange->began = steadyNow();
    exchange->record.client = m_peer;
    exchange->route = "guard";
    m_exchanges.push_back(exchange);
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
    m_socket->write(exchange->wire.data(), static_cast<qint64>(exchange->wire.size()));
    m_waitingOutput -= exchange->wire.size();
    std::string().swap(exchange->wire);
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
    const auto [bytes, last] = exchange.stream->take();
    std::string piece = bytes;
    if (!exchange.http10 && !bytes.empty())
        piece = fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
    if (!exchange.http10 && last)
        piece += "0\r\n\r\n";
    m_socket->write(piece.data(), static_cast<qint64>(piece.size()));
    if (last)
        return true;
    m_socket->flush();
    if (!m_gone && m_socket->bytesToWrite() > m_server.limits().unsentOutput.count)
        reset();
    return false;
}

// The server stops: streams end, and their connections with them.
void Connection::endStreams()
{
    const auto exchanges = m_exchanges; // ending one may take it off the list
    for (const auto &exchange : exchanges) {
        if (!exchange->stream)
            continue;
        exchange->close = true;
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
    if (!wrote)
        return;
    if (!std::exchange(m_sendsSoon, true))
        m_server.sendSoon(this);
    if (m_closing) {
        for (const auto &exchange : m_exchanges)
            exchange->cancellation.cancel();
        endOutput();
        resumeInput();
        return;
    }
    answerContinue();
    resumeInput();
}

void Connection::send()
{
    m_sendsSoon = false;
    m_socket->flush();
}

// Closes our half once all is sent, and reads on for a while: closing with unread input would reset
// the connection, and with it the answer that the client has not read yet.
void Connection::endOutput()
{
    if (m_shut || m_gone || m_socket->bytesToWrite() > 0)
        return;
    m_shut = true;
    m_shutAt = steadyNow();
    ::shutdown(static_cast<int>(m_socket->socketDescriptor()), SHUT_WR);
}

void Connection::written()
{
    m_lastActivity = steadyNow();
    if (m_closing)
        endOutput();
    resumeInput();
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
    m_server.remove(this);
}

void Connection::drain()
{
    m_draining = true;
    endStreams();
    if (m_exchanges.empty() && !m_framed && !m_closing) {
        m_closing = true;
        m_socket->disconnectFromHost();
    }
}

// What the client has not taken is dropped by the system too, instead of being offered for minutes.
void Connection::reset()
{
    const ::linger now{1, 0};
    ::setsockopt(static_cast<int>(m_socket->socketDescriptor()), SOL_SOCKET, SO_LINGER, &now,
                 sizeof now);
    m_socket->abort();
}

bool Connection::tooSlow(SteadyTime now)
{
    const HttpLimits &limits = m_server.limits();
    const auto window = m_firstWindow ? limits.bodyGrace : limits.bodyGrace / 2;
    if (now - m_windowBegan < window)
        return false;
    const double seconds = std::chrono::duration<double>(now - m_windowBegan).count();
    const bool slow =
        !m_firstWindow && static_cast<double>(m_windowBytes) < limits.bodyBytesPerSecond * seconds;
    m_windowBegan = now;
    m_windowBytes = 0;
    m_firstWindow = false;
    return slow;
}

// A stream whose client lets more lie than it may. Looked at now and then, not at each piece: who
// reads may fall behind for a moment.
bool Connection::streamStalls() const
{
    if (m_exchanges.empty() || !m_exchanges.front()->begun || !m_exchanges.front()->stream)
        return false;
    int inSystem = 0; // what the client's system has not acknowledged
    if (::ioctl(static_cast<int>(m_socket->socketDescriptor()), SIOCOUTQ, &inSystem) != 0)
        inSystem = 0;
    return m_socket->bytesToWrite() + inSystem > m_server.limits().unsentStream.count;
}

void Connection::rest(std::chrono::nanoseconds quiet)
{
    if (quiet > m_server.limits().idle) {
        m_closing = true;
        endOutput();
    } else if (quiet > m_server.limits().rest) {
        m_server.idleWatch().park(*m_socket);
    }
}

void Connection::checkTimes(SteadyTime now)
{
    const HttpLimits &limits = m_server.limits();
    const auto linger = m_draining ? std::min(limits.linger, shortLinger) : limits.linger;
    const bool outputStalls = m_socket->bytesToWrite() > 0 && now - m_lastActivity > limits.idle;
    if (outputStalls || streamStalls() || (m_shut && now - m_shutAt > linger)) {
        reset();
    } else if (m_refusing || m_closing || m_framed || paused()) {
        return;
    } else if (m_framer.inBody()) {
        if (tooSlow(now))
            refuse(408, fmt::format("The body comes too slowly: at least {:.0f} bytes a second are "
                                    "expected.",
                                    limits.bodyBytesPerSecond));
    } else if (m_framer.begun()) {
        if (now - m_headBegan > limits.header)
            refuse(408,
                   fmt::format("The header did not come within {} ms.", limits.header.count()));
    } else if (m_exchanges.empty() && m_socket->bytesToWrite() == 0) {
        rest(now - m_lastActivity);
    }
}

} // namespace warmbench::http
