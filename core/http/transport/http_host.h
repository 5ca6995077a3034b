// Threads named "http-N" with a listening server in them, for any handler: HttpServer without the
// workbench.
//
// Thread: as HttpServer. The handler and the `answered` hook are called on the http threads, each
// request's on the one of its connection.
#pragma once

#include "http/http_options.h"
#include "http/transport/guarded_server.h"

#include <deque>
#include <functional>
#include <memory>

class QThread;

namespace warmbench::http {

class Acceptor;

class HttpHost
{
public:
    HttpHost(HttpOptions options, GuardedServer::Hooks hooks);
    ~HttpHost(); // stop at once
    HttpHost(const HttpHost &) = delete;
    HttpHost &operator=(const HttpHost &) = delete;

    Result<void> start();
    void stop(std::chrono::milliseconds drain);
    bool running() const { return !m_lanes.empty(); }
    std::uint16_t port() const { return m_port; }

private:
    // A thread of its own and the server that lives in it, from start to the end of stop.
    struct Lane
    {
        std::unique_ptr<QThread> thread;
        GuardedServer *server = nullptr;
    };
    using Listen = std::function<Result<void>(GuardedServer &)>;

    Result<void> startLanes();
    Result<void> startLane(const Listen &listen);
    void serve(Lane &lane, const Listen &listen,
               const std::function<void(Result<void>)> &listening);
    void drainLanes(std::chrono::milliseconds most);

    const HttpOptions m_options;
    const GuardedServer::Hooks m_hooks;
    std::deque<Lane> m_lanes; // the first one accepts
    std::shared_ptr<Admission> m_admission;
    std::shared_ptr<MemoryBudget> m_input;
    Acceptor *m_acceptor = nullptr; // lives in the first lane
    std::uint16_t m_port = 0;
};

} // namespace warmbench::http
