// The transport alone (no models, no routes) under a handler that a test controls.
// Thread: the http thread for the handler, any for the rest.
#pragma once

#include "http/transport/http_host.h"
#include "http_client.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace warmbench::http {

inline ApiReply plainText(std::string body)
{
    ApiReply reply;
    reply.body = std::move(body);
    reply.contentType = "text/plain";
    return reply;
}

// Answers each request at once with its content, except under /later: these requests wait until the
// test answers them by name, which is target and body together ("/later" with the body "/1" is
// "/later/1").
class EchoServer
{
public:
    explicit EchoServer(HttpOptions options = {})
        : m_host(
              withFreePort(std::move(options)),
              {[this](ApiRequest request, Replier replier) {
                   handle(std::move(request), std::move(replier));
               },
               [this](const RequestRecord &record, const std::string &, std::chrono::nanoseconds) {
                   const std::lock_guard lock(m_mutex);
                   m_records.push_back(record);
               }})
    {
        m_started = m_host.start();
    }

    HttpHost &host() { return m_host; }
    std::uint16_t port() const { return m_host.port(); }
    const Result<void> &started() const { return m_started; }

    std::size_t waiting()
    {
        const std::lock_guard lock(m_mutex);
        return m_later.size();
    }
    std::vector<RequestRecord> records()
    {
        const std::lock_guard lock(m_mutex);
        return m_records;
    }
    bool waits(const std::string &name)
    {
        const std::lock_guard lock(m_mutex);
        return std::any_of(m_later.begin(), m_later.end(),
                           [&](const auto &entry) { return named(entry.first) == name; });
    }
    // Answers the waiting request of that name, on the calling thread.
    bool answer(const std::string &name, std::string body)
    {
        std::optional<Replier> replier;
        {
            const std::lock_guard lock(m_mutex);
            const auto found = std::find_if(m_later.begin(), m_later.end(), [&](const auto &entry) {
                return named(entry.first) == name;
            });
            if (found == m_later.end())
                return false;
            replier = found->second;
            m_later.erase(found);
        }
        (*replier)(plainText(std::move(body)));
        return true;
    }
    bool cancelled(const std::string &name)
    {
        const std::lock_guard lock(m_mutex);
        return std::any_of(m_later.begin(), m_later.end(), [&](const auto &entry) {
            return named(entry.first) == name && entry.first.cancellation.stop_requested();
        });
    }
    // Lets one /later pass first; from then on the server handles several requests of this
    // connection at once.
    bool acquaint(HttpClient &client)
    {
        if (!client.request("POST", "/later", "/0"))
            return false;
        while (!answer("/later/0", "known"))
            std::this_thread::yield();
        return client.response().body == "known";
    }
    void dropAll()
    {
        const std::lock_guard lock(m_mutex);
        m_later.clear();
    }

private:
    static HttpOptions withFreePort(HttpOptions options)
    {
        options.port = 0;
        return options;
    }

    static std::string targetOf(const ApiRequest &request)
    {
        return request.path + (request.query.empty() ? "" : "?" + request.query);
    }
    static std::string named(const ApiRequest &request) { return targetOf(request) + request.body; }

    void handle(ApiRequest request, Replier replier)
    {
        if (request.path.starts_with("/later")) {
            const std::lock_guard lock(m_mutex);
            m_later.emplace_back(std::move(request), std::move(replier));
        } else if (request.path == "/throw") {
            throw std::runtime_error("on purpose");
        } else if (request.path == "/big") {
            std::string body;
            body.resize(40'000'000, 'x');
            replier(plainText(std::move(body)));
        } else {
            replier(plainText(request.method + " " + targetOf(request) + " " + request.body));
        }
    }

    std::mutex m_mutex;
    std::vector<std::pair<ApiRequest, Replier>> m_later;
    std::vector<RequestRecord> m_records;
    HttpHost m_host;
    Result<void> m_started;
};

} // namespace warmbench::http
