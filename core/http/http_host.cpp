#include "http/http_host.h"

#include "http/port_holder.h"
#include "http/qt_dispatcher.h"

#include <algorithm>
#include <fmt/format.h>
#include <future>
#include <QCoreApplication>
#include <QEventLoop>
#include <QHostInfo>
#include <QThread>

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
                fmt::format("Port {} is taken{}: stop that program or choose another port with "
                            "--port (0 takes a free one).",
                            options.port, holder.empty() ? "" : " by " + holder)};
    }
    case QAbstractSocket::SocketAccessError:
        return {ErrorCode::Unavailable,
                fmt::format("Port {} may not be used by this account: choose one above 1023 with "
                            "--port.",
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
    if (m_thread)
        return {};
    std::promise<Result<std::uint16_t>> listening;
    auto outcome = listening.get_future();
    m_thread.reset(QThread::create([this, &listening] {
        serve(
            [&listening](Result<std::uint16_t> result) { listening.set_value(std::move(result)); });
    }));
    m_thread->setObjectName(QStringLiteral("http"));
    m_thread->start();
    const auto port = outcome.get();
    if (port) {
        m_port = *port;
        return {};
    }
    m_thread->wait();
    m_thread.reset();
    return port.error();
}

// The http thread from beginning to end.
void HttpHost::serve(const std::function<void(Result<std::uint16_t>)> &listening)
{
    {
        QtDispatcher dispatcher;
        auto *server = new GuardedServer(m_options, m_hooks, &dispatcher);
        auto port = listenOn(*server, m_options);
        if (!port) {
            listening(std::move(port));
            return;
        }
        dispatcher.attach(server);
        server->startAccepting();
        m_server = server;
        QEventLoop loop;
        QObject::connect(server, &GuardedServer::stopped, &loop, &QEventLoop::quit);
        listening(std::move(port)); // the caller goes on: nothing of its frame is used from here on
        loop.exec();
    }
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
}

void HttpHost::stop(std::chrono::milliseconds drain)
{
    if (!m_thread)
        return;
    QMetaObject::invokeMethod(
        m_server, [server = m_server, drain] { server->drain(drain); }, Qt::QueuedConnection);
    m_thread->wait();
    m_thread.reset();
    m_server = nullptr;
    m_port = 0;
}

} // namespace warmbench::http
