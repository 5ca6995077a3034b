// Starts and stops the real server for the API switch in the window.
// Thread: GUI. Starting takes some milliseconds; stopping happens on another thread, because it
// waits for requests in flight.
#pragma once

#include "http/http_server.h"
#include "ui/api_control.h"

#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <vector>

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
    int port() const override;
    Result<void> moveTo(int port) override;
    std::vector<ui::ServedRequest> takeServed() override;
    bool keepsBodies() const override;
    void setKeepsBodies(bool on) override;
    Bytes bodyRoom() const override;
    Result<std::string> inputOf(const ui::ServedRequest &request) const override;

public Q_SLOTS:
    void start() override;
    void stop() override;

private:
    std::unique_ptr<http::HttpServer> makeServer(const http::HttpOptions &options);
    void stopInBackground();
    void waitForStopped();
    void keep(const http::RequestRecord &record); // any thread

    Workbench &m_workbench;
    http::HttpOptions m_options;
    Milliseconds m_drain;
    // Requests that the window has not taken yet. Clients may be thousands of times as fast as it.
    std::mutex m_servedMutex;
    std::deque<ui::ServedRequest> m_served;
    // Of all servers, so that a port that is stopped or moved forgets none.
    const std::shared_ptr<http::KeptBodies> m_bodies;
    std::unique_ptr<http::HttpServer> m_server; // null when stopped
    QString m_statusText;
    std::unique_ptr<http::HttpServer> m_retired; // listens no more, and is stopping
    std::future<void> m_stopping;
};

} // namespace warmbench::app
