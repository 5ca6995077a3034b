#include "http/guarded_server.h"

#include "base/logging.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <QAbstractEventDispatcher>
#include <QMetaMethod>
#include <QTcpSocket>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace warmbench::http {

namespace {

// Refused connections that may stay until their client has read why.
constexpr std::size_t mostRefused = 64;
// Then others have their turn.
constexpr int mostAcceptedAtOnce = 64;
constexpr std::chrono::seconds complaintInterval{10};
// Few: they must not starve those that run networks.
constexpr int asideThreads = 2;

// One request of the size allowed always fits.
Bytes inputLimit(const HttpOptions &options)
{
    const std::size_t head = options.limits.requestLine + options.limits.headerBytes;
    return std::max(options.limits.bufferedInput,
                    options.maxBody + Bytes{static_cast<std::int64_t>(head)});
}

bool isLoopback(const std::string &address)
{
    return QHostAddress(QString::fromStdString(address)).isLoopback();
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
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &GuardedServer::acceptWaiting);
}

void GuardedServer::acceptWaiting()
{
    const int listening = static_cast<int>(socketDescriptor());
    for (int i = 0; i < mostAcceptedAtOnce && m_notifier; ++i) {
        const int descriptor = ::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);
        if (descriptor >= 0)
            incomingConnection(descriptor);
        else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            return pauseForDescriptors(errno);
        else if (errno != EINTR && errno != ECONNABORTED)
            return;
    }
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

QTcpSocket *GuardedServer::makeSocket(qintptr descriptor)
{
    auto *socket = new QTcpSocket(this);
    if (socket->setSocketDescriptor(descriptor))
        return socket;
    ::close(static_cast<int>(descriptor));
    delete socket;
    return nullptr;
}

void GuardedServer::incomingConnection(qintptr descriptor)
{
    const HttpLimits &limits = m_options.limits;
    if (m_connections.size() - m_refused >= limits.connections) {
        refuseConnection(descriptor);
        return;
    }
    QTcpSocket *socket = makeSocket(descriptor);
    if (!socket)
        return;
    auto *connection = new Connection(socket, *this);
    std::size_t &fromThere = m_perAddress[connection->peer()];
    m_connections.insert(connection);
    ++fromThere;
    if (fromThere > limits.connectionsPerAddress &&
        (limits.countLoopback || !isLoopback(connection->peer()))) {
        connection->refuse(503, fmt::format("There are {} connections from this address already: "
                                            "close some.",
                                            limits.connectionsPerAddress));
        return;
    }
    m_pending.emplace_back(socket);
    // Which of the two Qt HTTP Server listens to depends on its version; both are QTcpServer's own.
    for (const auto signal : {QMetaMethod::fromSignal(&QTcpServer::newConnection),
                              QMetaMethod::fromSignal(&QTcpServer::pendingConnectionAvailable)})
        signal.invoke(this, Qt::DirectConnection);
}

// Never shown to Qt HTTP Server: stays just long enough to be told why.
void GuardedServer::refuseConnection(qintptr descriptor)
{
    if (m_refused >= mostRefused) {
        ::close(static_cast<int>(descriptor));
        return;
    }
    QTcpSocket *socket = makeSocket(descriptor);
    if (!socket)
        return;
    auto *connection = new Connection(socket, *this);
    m_connections.insert(connection);
    ++m_perAddress[connection->peer()];
    ++m_refused;
    connect(socket, &QTcpSocket::disconnected, this, [this] { --m_refused; });
    connection->refuse(503, fmt::format("All {} connections are in use: try again in a moment.",
                                        m_options.limits.connections));
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
    const auto counted = m_perAddress.find(connection->peer());
    if (counted != m_perAddress.end() && --counted->second == 0)
        m_perAddress.erase(counted);
    if (m_connections.empty() && m_draining)
        Q_EMIT stopped();
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
    // A check may end its connection.
    for (Connection *connection : std::vector(m_connections.begin(), m_connections.end()))
        connection->checkTimes(now);
}

void GuardedServer::drain(std::chrono::milliseconds most)
{
    m_notifier.reset();
    close();
    m_draining = true;
    for (Connection *connection : std::vector(m_connections.begin(), m_connections.end()))
        connection->drain();
    QTimer::singleShot(m_connections.empty() ? std::chrono::milliseconds::zero() : most, this,
                       &GuardedServer::stopped);
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
