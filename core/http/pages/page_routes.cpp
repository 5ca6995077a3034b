#include "http/pages/page_routes.h"

#include "http/json_reply.h"
#include "http/pages/metrics_page.h"
#include "http/pages/openapi.h"
#include "http/pages/statistics_json.h"
#include "http/transport/content_coding.h"
#include "inference/workbench.h"
#include "metrics/prometheus.h"
#include "tensor/json_writer.h"

#include <fmt/format.h>
#include <iterator>

namespace warmbench::http {

PageRoutes::PageRoutes(Router &router, Workbench &workbench)
    : m_router(router)
    , m_workbench(workbench)
    , m_events(workbench, m_started)
{
    addState(router);
    addFiles(router);
}

void PageRoutes::addFiles(Router &router)
{
    router.add({"GET", "/docs", "A page of all routes, to read and to try.", false,
                [this](const RoutedRequest &routed, const Replier &reply) {
                    reply(m_webFiles.reply("docs.html", routed.request));
                }});
    router.add({"GET", "/openapi.json", "This description.", false,
                [this](const RoutedRequest &, const Replier &reply) {
                    reply(jsonReply(openApiJson(m_router)));
                }});
    router.add({"GET", "/web/{file}", "The files of the browser pages.", false,
                [this](const RoutedRequest &routed, const Replier &reply) {
                    reply(m_webFiles.reply(routed.parameter("file"), routed.request));
                }});
}

void PageRoutes::addState(Router &router)
{
    router.add(
        {"GET", "/", "What this server offers; for a browser the demo page.", false,
         [this](const RoutedRequest &routed, const Replier &reply) { index(routed, reply); }});
    router.add({"GET", "/health", "The process runs; always 200.", false,
                [](const RoutedRequest &, const Replier &reply) {
                    reply(jsonReply("{\"status\": \"ok\"}"));
                }});
    router.add({"GET", "/ready", "What loads at start is up; 503 until then.", false,
                [this](const RoutedRequest &, const Replier &reply) { ready(reply); }});
    router.add({"GET", "/stats", "Counters of requests and of the model cache, memory, uptime.",
                false, [this](const RoutedRequest &, const Replier &reply) {
                    reply(jsonReply(
                        statisticsJson(m_workbench, std::chrono::steady_clock::now() - m_started)));
                }});
    router.add(
        {"GET", "/events", "The same each second, and what happens to models, as events.", false,
         [this](const RoutedRequest &, const Replier &reply) { reply(m_events.subscribe()); }});
    router.add({"GET", "/metrics", "The same and more for Prometheus, as text.", false,
                [this](const RoutedRequest &, const Replier &reply) {
                    // Thousands of models make tens of megabytes.
                    reply.runAside([&workbench = m_workbench, reply]() -> ReplyQueue::Task {
                        const auto page = std::make_shared<ApiReply>();
                        page->body = metricsPage(workbench);
                        page->contentType = PrometheusText::contentType;
                        return [reply, page] { reply(std::move(*page)); };
                    });
                }});
}

void PageRoutes::index(const RoutedRequest &routed, const Replier &reply) const
{
    if (WebFiles::wantsPage(routed.request)) {
        ApiReply page = m_webFiles.reply("index.html", routed.request);
        addVary(page.fields, "Accept");
        reply(std::move(page));
        return;
    }
    std::string body = R"({"name": "warmbench", "default_model": )";
    if (const auto model = m_workbench.defaultModel(); model)
        appendJsonString(body, *model);
    else
        body += "null";
    body += R"(, "routes": [)";
    for (const Route &route : m_router.routes()) {
        if (!route.listed)
            continue;
        body += &route == &m_router.routes().front() ? "\n  {" : ",\n  {";
        fmt::format_to(std::back_inserter(body),
                       "\"verb\": \"{}\", \"path\": \"{}\", \"summary\": ", route.verb,
                       route.pattern);
        appendJsonString(body, route.summary);
        body += '}';
    }
    ApiReply list = jsonReply(body + "\n]}");
    addVary(list.fields, "Accept");
    reply(std::move(list));
}

void PageRoutes::ready(const Replier &reply) const
{
    if (m_workbench.ready())
        reply(jsonReply("{\"ready\": true}"));
    else
        reply(errorReplyOf(
            {ErrorCode::Unavailable, "What loads at start is not up yet: ask again in a moment."}));
}

} // namespace warmbench::http
