#include "window_api.h"

#include <fmt/format.h>
#include <QPointer>

namespace warmbench::app {

WindowApi::WindowApi(Workbench &workbench, http::HttpOptions options, Milliseconds drain)
    : m_options(std::move(options))
    , m_drain(drain)
    , m_server(workbench, m_options)
{
    m_server.setRequestListener([this](const http::RequestRecord &record) { announce(record); });
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

void WindowApi::announce(const http::RequestRecord &record)
{
    QMetaObject::invokeMethod(
        this,
        [this, record] {
            Q_EMIT requestServed(QString::fromStdString(record.method),
                                 QString::fromStdString(record.path), record.status,
                                 QString::fromStdString(record.model),
                                 QString::fromStdString(record.cache), record.totalMs);
        },
        Qt::QueuedConnection);
}

} // namespace warmbench::app
