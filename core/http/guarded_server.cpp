#include "http/guarded_server.h"

#include "base/logging.h"
#include "http/client_socket.h"
#include "http/reply_writer.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <QAbstractEventDispatcher>
#include <QHostAddress>
#include <QMetaMethod>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace warmbench::http {

namespace {

// Then others have their turn.
constexpr int mostAcceptedAtOnce = 64;
constexpr std::chrono::seconds complaintInterval{10};
// While the server stops: how often times are looked at, and how long a client that has just
// connected has for its request.
constexpr std::chrono::milliseconds drainTick{20};
constexpr std::chrono::milliseconds unusedTime{100};
// Few: they must not starve those that run networks.
constexpr int asideThreads = 2;

// One request of the size allowed always fits.
Bytes inputLimit(const HttpOptions &options)
{
    const std::size_t head = options.limits.requestLine + options.limits.headerBytes;
    return std::max(options.limits.bufferedInput,
                    options.maxBody + Bytes{static_cast<std::int64_t>(head)});
}

// Null where the client has gone already.
QHostAddress peerOf(int descriptor)
{
    ::sockaddr_storage address{};
    ::socklen_t size = sizeof address;
    auto *general = reinterpret_cast<::sockaddr *>(&address);
    if (::getpeername(descriptor, general, &size) != 0)
        return {};
    const QHostAddress peer(general);
    bool mapped = false; // an IPv4 address in IPv6's clothes
    const quint32 version4 = peer.toIPv4Address(&mapped);
    return mapped ? QHostAddress(version4) : peer;
}

std::chrono::milliseconds tickOf(const HttpLimits &limits)
{
    const auto shortest = std::min({limits.header, limits.bodyGrace, limits.idle, limits.linger});
    return std::clamp(shortest / 4, std::chrono::milliseconds(10), std::chrono::milliseconds(500));
}

} // namespace

GuardedServer::GuardedServer(const HttpOptions &options, Hooks hooks, QObject *parent)
    : QTcpServer(parent)
    , m_options(options)
    , m_hooks(std::move(hooks))
    , m_refused(options.limits.linger)
    , m_input(std::make_shared<InputBudget>(inputLimit(options)))
{
    m_aside.setMaxThreadCount(asideThreads);
    m_replies = std::make_shared<ReplyQueue>(
        [](const std::shared_ptr<Exchange> &exchange, std::optional<ApiReply> reply) {
            if (!exchange->connection)
                return;
            if (reply)
                exchange->connection->deliver(*exchange, std::move(*reply));
            else
                exchange->connection->flush();
        },
        [this] {
            QMetaObject::invokeMethod(
                this, [replies = m_replies] { replies->deliverAll(); }, Qt::QueuedConnection);
        },
        &m_aside);
    setListenBacklogSize(512);
    connect(&m_timer, &QTimer::timeout, this, &GuardedServer::checkTimes);
    m_timer.start(tickOf(m_options.limits));
    // One of the two comes with each round; a busy loop may leave the first out.
    const auto *dispatcher = QAbstractEventDispatcher::instance();
    connect(dispatcher, &QAbstractEventDispatcher::aboutToBlock, this, &GuardedServer::sendAll);
    connect(dispatcher, &QAbstractEventDispatcher::awake, this, &GuardedServer::sendAll);
    // Timers come after the sockets' events, so that these have been asked for once more by then.
    m_secondLook.setSingleShot(true);
    m_secondLook.setInterval(std::chrono::milliseconds::zero());
    connect(&m_secondLook, &QTimer::timeout, this, &GuardedServer::acceptWaiting);
    m_resume.setSingleShot(true);
    m_resume.setInterval(m_options.limits.resumeAccepting);
    connect(&m_resume, &QTimer::timeout, this, [this] {
        if (m_notifier)
            m_notifier->setEnabled(true);
    });
}

GuardedServer::~GuardedServer()
{
    m_draining = false;
    m_replies->close();
    // Sockets are children of this object or of Qt's handlers; their guards must not come back
    // here.
    for (Connection *connection : std::vector(m_connections.begin(), m_connections.end()))
        delete connection;
    // Their going has cancelled what is being unpacked.
    m_aside.clear();
    m_aside.waitForDone();
}

void GuardedServer::startAccepting()
{
    pauseAccepting();
    m_notifier = std::make_unique<QSocketNotifier>(socketDescriptor(), QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &GuardedServer::acceptSoon);
}

bool GuardedServer::full() const
{
    return m_connections.size() - m_lingering.size() >= m_options.limits.connections;
}

// Where all places are taken, once more has been heard of the connections: their clients may have
// closed some before others asked for one.
void GuardedServer::acceptSoon()
{
    if (full())
        m_secondLook.start();
    else
        acceptWaiting();
}

// True where more may wait.
bool GuardedServer::acceptWaiting()
{
    const bool fullBefore = full();
    for (int i = 0; i < mostAcceptedAtOnce && m_notifier; ++i) {
        if (full() && !fullBefore)
            return true;
        const int descriptor =
            ::accept4(static_cast<int>(socketDescriptor()), nullptr, nullptr, SOCK_CLOEXEC);
        if (descriptor >= 0) {
            incomingConnection(descriptor);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            pauseForDescriptors(errno);
            return false;
        } else if (errno != EINTR && errno != ECONNABORTED) {
            return false;
        }
    }
    return true;
}

// What waits is asked for again in a moment: it would keep the notifier busy until then.
void GuardedServer::pauseForDescriptors(int reason)
{
    m_notifier->setEnabled(false);
    m_resume.start();
    const SteadyTime now = std::chrono::steady_clock::now();
    if (m_complained != SteadyTime{} && now - m_complained < complaintInterval)
        return;
    m_complained = now;
    logWarning("http", fmt::format("A connection could not be accepted ({}): it waits until "
                                   "another ends. Raise the limit with ulimit -n, or lower "
                                   "--max-connections.",
                                   std::strerror(reason)));
}

QTcpSocket *GuardedServer::nextPendingConnection()
{
    while (!m_pending.empty()) {
        const QPointer<QTcpSocket> socket = m_pending.front();
        m_pending.pop_front();
        if (socket)
            return socket;
    }
    return nullptr;
}

void GuardedServer::incomingConnection(qintptr descriptor)
{
    const HttpLimits &limits = m_options.limits;
    const int client = static_cast<int>(descriptor);
    const QHostAddress address = peerOf(client);
    if (address.isNull()) {
        ::close(client);
        return;
    }
    const std::string peer = address.toString().toStdString();
    if (full()) {
        refuseClient(client, peer,
                     fmt::format("All {} connections are in use: try again in a moment.",
                                 limits.connections));
        return;
    }
    std::size_t &fromThere = m_perAddress[peer];
    if (fromThere >= limits.connectionsPerAddress &&
        (limits.countLoopback || !address.isLoopback())) {
        refuseClient(client, peer,
                     fmt::format("There are {} connections from this address already: close some.",
                                 fromThere));
        return;
    }
    ++fromThere;
    auto *socket = new ClientSocket(client, this);
    m_connections.insert(new Connection(socket, peer, *this));
    m_pending.emplace_back(socket);
    // Which of the two Qt HTTP Server listens to depends on its version; both are QTcpServer's own.
    for (const auto signal : {QMetaMethod::fromSignal(&QTcpServer::newConnection),
                              QMetaMethod::fromSignal(&QTcpServer::pendingConnectionAvailable)})
        signal.invoke(this, Qt::DirectConnection);
}

void GuardedServer::refuseClient(int descriptor, const std::string &peer,
                                 const std::string &sentence)
{
    ApiReply reply = errorReply(503, "UNAVAILABLE", sentence);
    reply.fields.emplace_back("Retry-After", "1");
    if (m_hooks.refusalFields) {
        for (auto &field : m_hooks.refusalFields({}))
            reply.fields.push_back(std::move(field));
    }
    const std::string wire = serialised(reply, {.close = true}, dateField());
    m_refused.refuse(descriptor, wire, std::chrono::steady_clock::now());
    if (!m_hooks.answered)
        return;
    RequestRecord record;
    record.client = peer;
    record.status = reply.status;
    record.responseBytes = static_cast<std::int64_t>(wire.size());
    m_hooks.answered(record, "guard", {});
}

void GuardedServer::dispatchCurrent()
{
    if (m_current)
        m_current->dispatch();
}

void GuardedServer::remove(Connection *connection)
{
    if (m_current == connection)
        m_current = nullptr;
    std::replace(m_unsent.begin(), m_unsent.end(), connection, static_cast<Connection *>(nullptr));
    if (m_connections.erase(connection) == 0)
        return;
    if (m_lingering.erase(connection) == 0)
        freePlace(*connection);
    if (m_connections.empty() && m_draining)
        Q_EMIT stopped();
}

bool GuardedServer::letLinger(Connection *connection)
{
    if (m_lingering.size() >= m_options.limits.connections)
        return false;
    m_lingering.insert(connection);
    freePlace(*connection);
    return true;
}

void GuardedServer::freePlace(const Connection &connection)
{
    const auto counted = m_perAddress.find(connection.peer());
    if (counted != m_perAddress.end() && --counted->second == 0)
        m_perAddress.erase(counted);
}

void GuardedServer::sendAll()
{
    // Sending may end a connection, which then stands as null here, and add further ones.
    for (std::size_t i = 0; i < m_unsent.size(); ++i) {
        if (m_unsent[i])
            m_unsent[i]->send();
    }
    m_unsent.clear();
}

void GuardedServer::checkTimes()
{
    const SteadyTime now = std::chrono::steady_clock::now();
    m_refused.checkTimes(now);
    forAll([now](Connection &connection) { connection.checkTimes(now); });
}

// Each may end within it.
void GuardedServer::forAll(const std::function<void(Connection &)> &what)
{
    for (Connection *connection : std::vector(m_connections.begin(), m_connections.end()))
        what(*connection);
}

void GuardedServer::drain(std::chrono::milliseconds most)
{
    // Clients that have connected are told, instead of finding the door shut.
    while (m_notifier && acceptWaiting()) {
    }
    m_notifier.reset();
    close();
    m_draining = true;
    m_timer.start(drainTick);
    forAll([](Connection &connection) { connection.drain(); });
    QTimer::singleShot(std::min(most, unusedTime), this, [this] {
        forAll([](Connection &connection) { connection.closeUnused(); });
    });
    QTimer::singleShot(m_connections.empty() ? std::chrono::milliseconds::zero() : most, this,
                       [this] {
                           forAll([](Connection &connection) { connection.giveUp(); });
                           Q_EMIT stopped();
                       });
}

// RFC 9110, 6.6.1.
const std::string &GuardedServer::dateField()
{
    const auto now = std::chrono::system_clock::now();
    const auto second =
        std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    if (second != m_dateSecond) {
        m_dateSecond = second;
        m_date = fmt::format("Date: {:%a, %d %b %Y %H:%M:%S} GMT\r\n",
                             fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
    }
    return m_date;
}

} // namespace warmbench::http
