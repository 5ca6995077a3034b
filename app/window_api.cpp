#include "window_api.h"

#include "http/kept_bodies.h"
#include "http/simple/sent_input.h"

#include <fmt/format.h>
#include <iterator>

namespace warmbench::app {

namespace {

constexpr std::size_t mostWaiting = 20'000; // between two looks of the window

} // namespace

WindowApi::WindowApi(Workbench &workbench, http::HttpOptions options, Milliseconds drain)
    : m_options(std::move(options))
    , m_drain(drain)
    , m_server(workbench, m_options)
{
    m_server.setRequestListener([this](const http::RequestRecord &record) { keep(record); });
}

WindowApi::~WindowApi()
{
    if (m_stopping.valid())
        m_stopping.wait();
    m_server.stop(m_drain);
}

bool WindowApi::isRunning() const
{
    return !m_url.isEmpty();
}

QString WindowApi::url() const
{
    return m_url;
}

QString WindowApi::statusText() const
{
    return m_statusText;
}

void WindowApi::start()
{
    if (isRunning())
        return;
    if (m_stopping.valid())
        // The old server listens no more; its last requests end within their deadlines.
        m_stopping.wait();
    m_stopping = {};
    if (auto started = m_server.start(); !started) {
        m_statusText = QString::fromStdString(started.error().message);
    } else {
        m_url = QString::fromStdString(m_server.url());
        const bool moved = m_options.port != 0 && m_server.port() != m_options.port;
        m_statusText = moved ? QString::fromStdString(
                                   fmt::format("Port {} is taken by another program; using {}.",
                                               m_options.port, m_server.port()))
                             : QString();
    }
    Q_EMIT changed();
}

void WindowApi::stop()
{
    if (!isRunning())
        return;
    m_url.clear();
    m_statusText.clear();
    m_stopping = std::async(std::launch::async, [this] { m_server.stop(m_drain); });
    Q_EMIT changed();
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
    return m_server.keepsBodies();
}

void WindowApi::setKeepsBodies(bool on)
{
    m_server.setKeepsBodies(on);
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
