#include "http/transport/http_host.h"

#include "base/exceptions.h"
#include "http/transport/acceptor.h"
#include "http/transport/port_holder.h"
#include "http/transport/qt_dispatcher.h"

#include <algorithm>
#include <fmt/format.h>
#include <future>
#include <QCoreApplication>
#include <QEventLoop>
#include <QHostInfo>
#include <QThread>
#include <thread>

namespace warmbench::http {

namespace {

constexpr int mostPortsTried = 100;

Result<QHostAddress> addressOf(const std::string &host)
{
    const QString name = QString::fromStdString(host);
    QHostAddress address(name);
    if (address.isNull()) {
        const QHostInfo found = QHostInfo::fromName(name);
        if (!found.addresses().isEmpty())
            address = found.addresses().first();
    }
    if (address.isNull())
        return invalidArgument(fmt::format("\"{}\" is no address of this machine: use 127.0.0.1, "
                                           "or 0.0.0.0 to be reached from others.",
                                           host));
    return address;
}

Error listenError(const QTcpServer &server, const HttpOptions &options)
{
    switch (server.serverError()) {
    case QAbstractSocket::AddressInUseError: {
        const std::string holder = portHolder(options.port);
        return {ErrorCode::Unavailable,
                fmt::format("Port {} is taken{}: stop that program or choose another port, with "
                            "--port or in the window's Preferences (0 takes a free one).",
                            options.port, holder.empty() ? "" : " by " + holder)};
    }
    case QAbstractSocket::SocketAccessError:
        return {ErrorCode::Unavailable,
                fmt::format("Port {} may not be used by this account: choose one above 1023, with "
                            "--port or in the window's Preferences.",
                            options.port)};
    case QAbstractSocket::SocketAddressNotAvailableError:
    case QAbstractSocket::UnsupportedSocketOperationError:
        return invalidArgument(fmt::format("{} is no address of this machine: use 127.0.0.1, or "
                                           "0.0.0.0 to be reached from others.",
                                           options.host));
    default:
        return {ErrorCode::Unavailable,
                fmt::format("The server cannot listen on {} port {}: {}.", options.host,
                            options.port, server.errorString().toStdString())};
    }
}

Result<std::uint16_t> listenOn(QTcpServer &server, const HttpOptions &options)
{
    const auto address = addressOf(options.host);
    if (!address)
        return address.error();
    const bool several = options.nextFreePort && options.port != 0;
    const int last = several ? std::min(options.port + mostPortsTried, 65535) : options.port;
    for (int port = options.port; port <= last; ++port) {
        if (server.listen(*address, static_cast<quint16>(port)))
            return server.serverPort();
        if (server.serverError() != QAbstractSocket::AddressInUseError)
            break;
    }
    return listenError(server, options);
}

int threadsOf(const HttpOptions &options)
{
    constexpr int mostByItself = 4;
    const int cores = static_cast<int>(std::thread::hardware_concurrency());
    return options.threads > 0 ? options.threads : std::clamp(cores, 1, mostByItself);
}

// Never so small that a request of the size allowed would not fit.
Bytes inputLimit(const HttpOptions &options)
{
    const std::size_t head = options.limits.requestLine + options.limits.headerBytes;
    return std::max(options.limits.bufferedInput,
                    options.maxBody + Bytes{static_cast<std::int64_t>(head)});
}

} // namespace

HttpHost::HttpHost(HttpOptions options, GuardedServer::Hooks hooks)
    : m_options(std::move(options))
    , m_hooks(std::move(hooks))
{
}

HttpHost::~HttpHost()
{
    stop(std::chrono::milliseconds::zero());
}

Result<void> HttpHost::start()
{
    if (running())
        return {};
    m_admission = std::make_shared<Admission>(m_options.limits);
    m_input = std::make_shared<MemoryBudget>(inputLimit(m_options));
    if (auto started = startLanes(); !started) {
        drainLanes(std::chrono::milliseconds::zero());
        return started;
    }
    std::vector<GuardedServer *> servers;
    for (const Lane &lane : m_lanes)
        servers.push_back(lane.server);
    QMetaObject::invokeMethod(
        servers.front(), [&] { m_acceptor = new Acceptor(m_admission, servers); },
        Qt::BlockingQueuedConnection);
    return {};
}

Result<void> HttpHost::startLanes()
{
    auto started = startLane([this](GuardedServer &server) -> Result<void> {
        const auto port = listenOn(server, m_options);
        if (!port)
            return port.error();
        m_port = *port;
        return {};
    });
    const int wanted = threadsOf(m_options);
    while (started && std::ssize(m_lanes) < wanted)
        started = startLane([&first =
                                 *m_lanes.front().server](GuardedServer &server) -> Result<void> {
            if (server.listenWith(first))
                return {};
            return Error{ErrorCode::Unavailable,
                         "The system has no descriptor left for a further http thread: raise the "
                         "limit with ulimit -n, or start fewer with --http-threads."};
        });
    return started;
}

Result<void> HttpHost::startLane(const Listen &listen)
{
    std::promise<Result<void>> listening;
    auto outcome = listening.get_future();
    Lane &lane = m_lanes.emplace_back();
    lane.thread.reset(QThread::create([this, &lane, listen, &listening] {
        serve(lane, listen,
              [&listening](Result<void> result) { listening.set_value(std::move(result)); });
    }));
    lane.thread->setObjectName(QStringLiteral("http-%1").arg(m_lanes.size()));
    lane.thread->start();
    if (!lane.thread->isRunning() && !lane.thread->isFinished()) {
        m_lanes.pop_back();
        return Error{ErrorCode::Unavailable,
                     "The system has no room for a further thread: end other "
                     "programs, or start fewer with --http-threads."};
    }
    auto result = outcome.get();
    if (!result) {
        lane.thread->wait();
        m_lanes.pop_back();
    }
    return result;
}

// An http thread from beginning to end.
void HttpHost::serve(Lane &lane, const Listen &listen,
                     const std::function<void(Result<void>)> &listening)
{
    {
        QtDispatcher dispatcher;
        auto *server = new GuardedServer(m_options, m_hooks, m_input, &dispatcher);
        if (auto listens = listen(*server); !listens) {
            listening(std::move(listens));
            return;
        }
        server->pauseAccepting(); // the acceptor does it
        dispatcher.attach(server,
                          [server](RequestLine line) { server->dispatch(std::move(line)); });
        lane.server = server;
        QEventLoop loop;
        QObject::connect(server, &GuardedServer::stopped, &loop, &QEventLoop::quit);
        listening({}); // the caller goes on, and its frame may be gone from here on
        // Where Qt's own code throws for lack of memory, what it was doing is lost, but the thread
        // goes on.
        while (!contained("http", [&loop] { loop.exec(); })) {
        }
    }
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
}

void HttpHost::drainLanes(std::chrono::milliseconds most)
{
    for (const Lane &lane : m_lanes)
        QMetaObject::invokeMethod(
            lane.server, [server = lane.server, most] { server->drain(most); },
            Qt::QueuedConnection);
    for (const Lane &lane : m_lanes)
        lane.thread->wait();
    m_lanes.clear();
    m_acceptor = nullptr;
    m_port = 0;
}

void HttpHost::stop(std::chrono::milliseconds drain)
{
    if (!running())
        return;
    // Clients that have connected go to their lanes before these are told to end.
    QMetaObject::invokeMethod(m_acceptor, &Acceptor::finish, Qt::BlockingQueuedConnection);
    drainLanes(drain);
}

} // namespace warmbench::http
