#include "http/http_server.h"

#include "base/logging.h"
#include "base/mutex.h"
#include "http/api.h"
#include "http/kept_bodies.h"
#include "http/refusal_log.h"
#include "http/transport/http_host.h"
#include "inference/workbench.h"

#include <atomic>
#include <fmt/format.h>
#include <QTimer>

namespace warmbench::http {

struct HttpServer::Private
{
    Private(Workbench &w, HttpOptions o, std::shared_ptr<KeptBodies> b)
        : workbench(w)
        , options(std::move(o))
        , api(workbench, options)
        , bodies(std::move(b))
        , host(options, {[this](ApiRequest request, const Replier &reply) {
                             api.handle(std::move(request), reply);
                         },
                         [this](const RequestRecord &record, const std::string &route,
                                std::chrono::nanoseconds took) { answered(record, route, took); },
                         [this](const Fields &asked) { return api.guardFields(asked); },
                         [this](const ApiRequest &request, RequestRecord &record) {
                             if (bodies->on())
                                 record.body = bodies->recorded(request);
                         }})
    {
    }

    void answered(const RequestRecord &record, const std::string &route,
                  std::chrono::nanoseconds took)
    {
        // What was refused before it had a route counts as the guard's.
        workbench.metrics().recordHttp(route.empty() ? "guard" : route, record.status, took);
        // This is an http thread, which has an event loop for the timer, until stop().
        if (Metrics::isRefusal(record.status) &&
            refusals.note(record, std::chrono::steady_clock::now()))
            QTimer::singleShot(RefusalLog::span, [this] { refusals.tellHidden(); });
        if (logs(LogLevel::Debug))
            logDebug("http",
                     fmt::format("{} {} {} -> {} in {:.3f} ms", record.client, record.method,
                                 record.path, record.status, toMilliseconds(record.total)));
        if (heard) {
            const MutexLock lock(listening);
            if (listener)
                listener(record);
        }
    }

    Workbench &workbench;
    const HttpOptions options;
    const Api api;
    Mutex listening;
    std::function<void(const RequestRecord &)> listener GUARDED_BY(listening);
    std::atomic<bool> heard{false}; // whether there is a listener: the others need no mutex
    RefusalLog refusals;
    const std::shared_ptr<KeptBodies> bodies;
    HttpHost host;
};

HttpServer::HttpServer(Workbench &workbench, HttpOptions options,
                       std::shared_ptr<KeptBodies> bodies)
    : m_d(std::make_unique<Private>(workbench, std::move(options),
                                    bodies ? std::move(bodies) : std::make_shared<KeptBodies>()))
{
}

HttpServer::~HttpServer() = default;

Result<void> HttpServer::start()
{
    return m_d->host.start();
}

void HttpServer::stop(std::chrono::milliseconds drain)
{
    m_d->host.stop(drain);
    m_d->refusals.tellHidden(); // the timers have gone with their threads
}

bool HttpServer::running() const
{
    return m_d->host.running();
}

std::uint16_t HttpServer::port() const
{
    return m_d->host.port();
}

std::string HttpServer::url() const
{
    if (!running())
        return {};
    const std::string &host = m_d->options.host;
    const bool bracketed = host.find(':') != std::string::npos && !host.starts_with('[');
    return fmt::format("http://{}:{}", bracketed ? "[" + host + "]" : host, port());
}

void HttpServer::setRequestListener(std::function<void(const RequestRecord &)> listener)
{
    const MutexLock lock(m_d->listening);
    m_d->listener = std::move(listener);
    m_d->heard = m_d->listener != nullptr;
}

KeptBodies &HttpServer::bodies()
{
    return *m_d->bodies;
}

} // namespace warmbench::http
