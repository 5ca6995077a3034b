// A workbench with the API on a free port, for tests; models come from a FakeSource or from files.
// Thread: the test's.
#pragma once

#include "fake_source.h"
#include "http/http_server.h"
#include "http_client.h"
#include "inference/workbench.h"

#include <memory>
#include <optional>
#include <QJsonDocument>
#include <QJsonObject>
#include <string>
#include <utility>

namespace warmbench {

class ApiServer
{
public:
    // Without a source the models are files, opened through workbench().
    explicit ApiServer(std::unique_ptr<FakeSource> fake = nullptr, http::HttpOptions options = {},
                       WorkbenchOptions workbenchOptions = {})
        : m_source(fake.get())
        , m_workbench(std::move(workbenchOptions), m_clock, std::move(fake))
        , m_server(m_workbench, withFreePort(std::move(options)))
        , m_started(m_server.start())
    {
    }

    const Result<void> &started() const { return m_started; }
    std::uint16_t port() const { return m_server.port(); }
    http::HttpServer &server() { return m_server; }
    Workbench &workbench() { return m_workbench; }
    FakeSource &source() { return *m_source; }

    HttpResponse get(std::string_view target, std::string_view fields = {}) const
    {
        return HttpClient(port()).exchange("GET", target, {}, fields);
    }
    HttpResponse post(std::string_view target, std::string_view body = {},
                      std::string_view fields = {}) const
    {
        return HttpClient(port()).exchange("POST", target, body, fields);
    }

private:
    static http::HttpOptions withFreePort(http::HttpOptions options)
    {
        options.port = 0;
        return options;
    }

    SystemClock m_clock;
    FakeSource *m_source;
    Workbench m_workbench;
    http::HttpServer m_server;
    Result<void> m_started;
};

// A source of one model, "fake", and options that make it the default.
inline std::unique_ptr<FakeSource> oneFake()
{
    auto source = std::make_unique<FakeSource>();
    source->set("fake");
    return source;
}
inline WorkbenchOptions defaultFake()
{
    WorkbenchOptions options;
    options.defaultModel = "fake";
    return options;
}

inline QJsonObject jsonOf(const HttpResponse &response)
{
    return QJsonDocument::fromJson(QByteArray::fromStdString(response.body)).object();
}

} // namespace warmbench
