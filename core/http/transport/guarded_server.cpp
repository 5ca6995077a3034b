#include "http/transport/guarded_server.h"

#include "base/exceptions.h"
#include "base/logging.h"
#include "base/mutex.h"
#include "http/transport/client_socket.h"

#include <algorithm>
#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <QAbstractEventDispatcher>
#include <QMetaMethod>
#include <QThread>
#include <unistd.h>
#include <vector>

namespace warmbench::http {

namespace {

// While the server stops: how often times are looked at, and how long a client that has just
// connected has for its request.
constexpr std::chrono::milliseconds drainTick{20};
constexpr std::chrono::milliseconds unusedTime{100};
// Few, so that they do not starve the threads that run networks.
constexpr int asideThreads = 2;

std::chrono::milliseconds tickOf(const HttpLimits &limits)
{
    const auto shortest = std::min({limits.header, limits.bodyGrace, limits.idle, limits.linger});
    return std::clamp(shortest / 4, std::chrono::milliseconds(10), std::chrono::milliseconds(500));
}

// Starts all threads of the pool at once and for good, and returns when they run. A thread that the
// system refuses later would take its task along, and one that Qt starts when descriptors have run
// out would end the program.
void startThreads(QThreadPool &pool, int count)
{
    struct Meeting
    {
        Mutex mutex;
        Condition came;
        int there GUARDED_BY(mutex) = 0;
    };
    pool.setMaxThreadCount(count);
    pool.setExpiryTimeout(-1);
    const auto meeting = std::make_shared<Meeting>();
    const auto meet = [meeting, count](int arriving) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(1);
        const MutexLock lock(meeting->mutex);
        meeting->there += arriving;
        meeting->came.notifyAll();
        bool inTime = true;
        while (inTime && meeting->there < count)
            inTime = meeting->came.waitUntil(meeting->mutex, end);
    };
    for (int i = 0; i < count; ++i)
        pool.start([meet] { meet(1); });
    meet(0);
}

} // namespace

Arrival::~Arrival()
{
    if (descriptor >= 0)
        ::close(descriptor);
}

GuardedServer::GuardedServer(const HttpOptions &options, Hooks hooks,
                             const std::shared_ptr<MemoryBudget> &input, QObject *parent)
    : QTcpServer(parent)
    , m_options(options)
    , m_hooks(std::move(hooks))
    // A pointer with a count of its own: with a common one, all threads would change the same count
    // at each request.
    , m_input(input.get(), [input](const MemoryBudget *) {})
{
    startThreads(m_aside, asideThreads);
    m_replies = std::make_shared<ReplyQueue>(
        [](const std::shared_ptr<Exchange> &exchange, std::optional<ApiReply> reply) {
            if (!exchange->connection)
                return;
            exchange->connection->entered([&exchange, &reply](Connection &connection) {
                if (reply)
                    connection.deliver(*exchange, std::move(*reply));
                else
                    connection.flush();
            });
        },
        [this] {
            QMetaObject::invokeMethod(
                this, [replies = m_replies] { replies->deliverAll(); }, Qt::QueuedConnection);
        },
        &m_aside);
    setListenBacklogSize(512);
    connect(&m_timer, &QTimer::timeout, this, &GuardedServer::checkTimes);
    m_timer.start(tickOf(m_options.limits));
    m_nextRound.setSingleShot(true);
    m_nextRound.setInterval(std::chrono::milliseconds::zero());
    connect(&m_nextRound, &QTimer::timeout, this, [this] {
        for (const auto &then : std::exchange(m_afterRound, {}))
            contained("http", then);
    });
    // One of the two signals comes in each round of the loop; a busy loop may leave the first out.
    const auto *dispatcher = QAbstractEventDispatcher::instance();
    connect(dispatcher, &QAbstractEventDispatcher::aboutToBlock, this, &GuardedServer::sendAll);
    connect(dispatcher, &QAbstractEventDispatcher::awake, this, &GuardedServer::sendAll);
}

GuardedServer::~GuardedServer()
{
    m_draining = false;
    m_replies->close();
    // Sockets are children of this object or of Qt's handlers. Where they go later, their
    // connections would call this object.
    for (Connection *connection : std::vector(m_connections.begin(), m_connections.end()))
        delete connection;
    // What is being unpacked ends soon: the connections have cancelled it.
    m_aside.clear();
    m_aside.waitForDone();
}

bool GuardedServer::listenWith(const QTcpServer &other)
{
    const int descriptor = ::fcntl(static_cast<int>(other.socketDescriptor()), F_DUPFD_CLOEXEC, 0);
    if (descriptor >= 0 && setSocketDescriptor(descriptor))
        return true;
    ::close(descriptor);
    return false;
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

void GuardedServer::adopt(std::shared_ptr<Arrival> arrival)
{
    ++m_load;
    if (QThread::currentThread() == thread())
        begin(*arrival);
    else
        QMetaObject::invokeMethod(
            this,
            [this, arrival = std::move(arrival)] { contained("http", [&] { begin(*arrival); }); },
            Qt::QueuedConnection);
}

void GuardedServer::begin(Arrival &arrival)
{
    auto *socket = new ClientSocket(std::exchange(arrival.descriptor, -1), this);
    auto *connection =
        new Connection(socket, std::move(arrival.peer), std::move(arrival.place), *this);
    m_connections.insert(connection);
    m_pending.emplace_back(socket);
    // Qt's version decides to which of the two signals of QTcpServer its HTTP server listens.
    for (const auto signal : {QMetaMethod::fromSignal(&QTcpServer::newConnection),
                              QMetaMethod::fromSignal(&QTcpServer::pendingConnectionAvailable)})
        signal.invoke(this, Qt::DirectConnection);
}

// The event loop looks at sockets once more before it runs a timer.
void GuardedServer::afterNextRound(std::function<void()> then)
{
    QMetaObject::invokeMethod(
        this,
        [this, then = std::move(then)] {
            contained("http", [this, &then] {
                m_afterRound.push_back(then);
                m_nextRound.start();
            });
        },
        Qt::QueuedConnection);
}

void GuardedServer::dispatch(RequestLine line)
{
    if (m_current)
        m_current->entered(
            [&line](Connection &connection) { connection.dispatch(std::move(line)); });
}

void GuardedServer::remove(Connection *connection)
{
    if (m_current == connection)
        m_current = nullptr;
    std::replace(m_unsent.begin(), m_unsent.end(), connection, static_cast<Connection *>(nullptr));
    if (m_connections.erase(connection) == 0)
        return;
    m_lingering.erase(connection);
    --m_load;
    if (m_connections.empty() && m_draining)
        Q_EMIT stopped();
}

bool GuardedServer::letLinger(Connection *connection)
{
    if (m_lingering.size() >= m_options.limits.connections)
        return false;
    m_lingering.insert(connection);
    return true;
}

void GuardedServer::sendAll()
{
    // Sending may end a connection, which then stands as null here, and add further ones.
    for (std::size_t i = 0; i < m_unsent.size(); ++i) {
        if (m_unsent[i])
            m_unsent[i]->entered([](Connection &connection) { connection.send(); });
    }
    m_unsent.clear();
}

void GuardedServer::checkTimes()
{
    contained("http", [this] { m_replies->deliverAll(); });
    const SteadyTime now = std::chrono::steady_clock::now();
    forAll([now](Connection &connection) { connection.checkTimes(now); });
}

// A copy of the set, since each connection may end within the call.
void GuardedServer::forAll(const std::function<void(Connection &)> &what)
{
    contained("http", [&] {
        for (Connection *connection : std::vector(m_connections.begin(), m_connections.end()))
            connection->entered(what);
    });
}

void GuardedServer::drain(std::chrono::milliseconds most)
{
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
