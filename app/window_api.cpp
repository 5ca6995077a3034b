#include "window_api.h"

#include "base/logging.h"
#include "http/kept_bodies.h"
#include "http/simple/sent_input.h"

#include <fmt/format.h>
#include <iterator>

namespace warmbench::app {

namespace {

constexpr std::size_t mostWaiting = 20'000; // between two looks of the window

} // namespace

WindowApi::WindowApi(Workbench &workbench, http::HttpOptions options, Milliseconds drain)
    : m_workbench(workbench)
    , m_options(std::move(options))
    , m_drain(drain)
    , m_bodies(std::make_shared<http::KeptBodies>())
{
}

WindowApi::~WindowApi()
{
    waitForStopped();
    if (m_server)
        m_server->stop(m_drain);
}

bool WindowApi::isRunning() const
{
    return m_server != nullptr;
}

QString WindowApi::url() const
{
    return m_server ? QString::fromStdString(m_server->url()) : QString();
}

QString WindowApi::statusText() const
{
    return m_statusText;
}

int WindowApi::port() const
{
    return m_server ? m_server->port() : m_options.port;
}

std::unique_ptr<http::HttpServer> WindowApi::makeServer(const http::HttpOptions &options)
{
    auto server = std::make_unique<http::HttpServer>(m_workbench, options, m_bodies);
    server->setRequestListener([this](const http::RequestRecord &record) { keep(record); });
    return server;
}

void WindowApi::start()
{
    if (isRunning())
        return;
    waitForStopped(); // it may have had the same port
    auto server = makeServer(m_options);
    if (auto started = server->start(); !started) {
        m_statusText = QString::fromStdString(started.error().message);
        logWarning("http", started.error().message);
    } else {
        m_server = std::move(server);
        const bool moved = m_options.port != 0 && m_server->port() != m_options.port;
        m_statusText = moved ? QString::fromStdString(
                                   fmt::format("Port {} is taken by another program; using {}.",
                                               m_options.port, m_server->port()))
                             : QString();
        if (moved)
            logWarning("http", m_statusText.toStdString());
    }
    Q_EMIT changed();
}

Result<void> WindowApi::moveTo(int port)
{
    http::HttpOptions moved = m_options;
    moved.port = static_cast<std::uint16_t>(port);
    if (isRunning() && m_server->port() != port) {
        waitForStopped();
        // Another port than the one that was asked for would be no answer.
        moved.nextFreePort = false;
        auto server = makeServer(moved);
        if (auto started = server->start(); !started)
            return std::move(started).error();
        stopInBackground();
        m_server = std::move(server);
    }
    m_options.port = moved.port;
    m_statusText.clear();
    Q_EMIT changed();
    return {};
}

void WindowApi::stop()
{
    if (!isRunning())
        return;
    waitForStopped();
    m_statusText.clear();
    stopInBackground();
    Q_EMIT changed();
}

void WindowApi::stopInBackground()
{
    m_retired = std::move(m_server);
    m_stopping =
        std::async(std::launch::async, [this, server = m_retired.get()] { server->stop(m_drain); });
}

// A server that was told to stop ends its last requests within the time to drain.
void WindowApi::waitForStopped()
{
    if (m_stopping.valid())
        m_stopping.get();
    m_retired.reset();
}

void WindowApi::keep(const http::RequestRecord &record)
{
    ui::ServedRequest served;
    served.time = std::chrono::system_clock::now();
    served.client = record.client;
    served.method = record.method;
    served.path = record.path;
    served.query = record.query;
    served.model = record.model;
    served.cache = record.cache;
    served.sentence = record.sentence;
    served.status = record.status;
    served.total = record.total;
    served.phases = record.phases;
    served.requestBytes = record.requestBytes;
    served.responseBytes = record.responseBytes;
    served.bodyKept = record.body.state == http::RecordedBody::State::Kept;
    served.body = record.body.bytes;
    if (record.body.state == http::RecordedBody::State::TooLarge)
        served.bodyLimit = http::KeptBodies::largest;
    served.fields = record.body.fields;
    const std::lock_guard lock(m_servedMutex);
    if (m_served.size() == mostWaiting)
        m_served.pop_front();
    m_served.push_back(std::move(served));
}

std::vector<ui::ServedRequest> WindowApi::takeServed()
{
    std::deque<ui::ServedRequest> taken;
    {
        const std::lock_guard lock(m_servedMutex);
        taken.swap(m_served);
    }
    return {std::make_move_iterator(taken.begin()), std::make_move_iterator(taken.end())};
}

bool WindowApi::keepsBodies() const
{
    return m_bodies->on();
}

void WindowApi::setKeepsBodies(bool on)
{
    m_bodies->setOn(on);
}

Bytes WindowApi::bodyRoom() const
{
    return http::KeptBodies::most;
}

Result<std::string> WindowApi::inputOf(const ui::ServedRequest &request) const
{
    const auto body = request.body.lock();
    if (!body)
        return notFound("The body of this request is forgotten: only the newest are kept.");
    return http::sentInput(request.path, request.fields, *body, m_options.maxBody);
}

} // namespace warmbench::app
