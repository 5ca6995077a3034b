// A thread named "http" with a listening server in it, for any handler: HttpServer without the
// workbench.
//
// Thread: as HttpServer. The handler and the `answered` hook are called on the http thread.
#pragma once

#include "http/guarded_server.h"
#include "http/http_server.h"

#include <memory>
#include <string>

class QThread;

namespace warmbench::http {

class HttpHost
{
public:
    HttpHost(HttpOptions options, GuardedServer::Hooks hooks);
    ~HttpHost(); // stop at once
    HttpHost(const HttpHost &) = delete;
    HttpHost &operator=(const HttpHost &) = delete;

    Result<void> start();
    void stop(std::chrono::milliseconds drain);
    bool running() const { return m_thread != nullptr; }
    std::uint16_t port() const { return m_port; }

private:
    void serve(const std::function<void(Result<std::uint16_t>)> &listening);

    HttpOptions m_options;
    GuardedServer::Hooks m_hooks;
    std::unique_ptr<QThread> m_thread;
    GuardedServer *m_server = nullptr; // lives in the thread, from start to the end of stop
    std::uint16_t m_port = 0;
};

} // namespace warmbench::http
