// Starts and stops the real server for the API switch in the window.
// Thread: GUI. Starting takes some milliseconds; stopping happens on another thread, because it
// waits for requests in flight.
#pragma once

#include "http/http_server.h"
#include "ui/api_control.h"

#include <future>

namespace warmbench::app {

class WindowApi final : public ui::ApiControl
{
    Q_OBJECT

public:
    // `drain`: how long requests in flight may take after stop().
    WindowApi(Workbench &workbench, http::HttpOptions options, Milliseconds drain);
    ~WindowApi() override; // stops and waits

    bool isRunning() const override;
    QString url() const override;
    QString statusText() const override;

public Q_SLOTS:
    void start() override;
    void stop() override;

private:
    void announce(const http::RequestRecord &record);

    http::HttpOptions m_options;
    Milliseconds m_drain;
    http::HttpServer m_server;
    QString m_url;
    QString m_statusText;
    std::future<void> m_stopping;
};

} // namespace warmbench::app
