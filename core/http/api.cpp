#include "http/api.h"

#include "http/json_reply.h"
#include "http/open_inference/open_inference_routes.h"
#include "http/simple/match_route.h"
#include "http/simple/model_routes.h"
#include "http/simple/prediction_routes.h"
#include "http/tensorflow/tensorflow_serving.h"
#include "http/transport/content_coding.h"
#include "http/transport/content_decoding.h"

#include <memory>

namespace warmbench::http {

namespace {

// Triton's asyncio client says that it takes gzip, but unpacks only the answers to /infer.
bool mayBePacked(const Route &route)
{
    return !route.pattern.starts_with("/v2") || route.pattern.ends_with("/infer");
}

// Where other machines or foreign pages may ask, only what the settings name is shown.
Neighbours neighboursFor(const Access &access, const HttpOptions &options)
{
    const bool alone =
        access.loopbackOnly() && options.allowedHosts.empty() && options.allowedOrigins.empty();
    return alone ? Neighbours::Pictures : Neighbours::No;
}

} // namespace

Api::Api(Workbench &workbench, const HttpOptions &options)
    : m_access(options)
    , m_maxBody(options.maxBody)
    , m_pages(m_router, workbench)
{
    addPredictionRoutes(m_router, workbench);
    addModelRoutes(m_router, workbench, neighboursFor(m_access, options));
    addMatchRoute(m_router, workbench);
    addOpenInferenceRoutes(m_router, workbench, options.maxBody);
    addTensorFlowRoutes(m_router, workbench);
}

void Api::handle(ApiRequest request, const Replier &reply) const
{
    Router::Match match = m_router.match(request.method, request.path);
    reply.label(match.route ? match.route->pattern : "other", m_access.corsFields(request));
    if (auto refusal = m_access.refusal(request, match.route && match.route->changesState)) {
        reply(std::move(*refusal));
    } else if (request.method == "OPTIONS") {
        reply(optionsReply(request, match.allowed));
    } else if (!match.route) {
        reply(std::move(match.reply));
    } else {
        RoutedRequest routed;
        routed.query = parsedQuery(request.query);
        routed.parameters = std::move(match.parameters);
        routed.request = std::move(request);
        run(*match.route, std::move(routed), reply);
    }
}

void Api::run(const Route &route, RoutedRequest routed, const Replier &reply) const
{
    if (mayBePacked(route))
        reply.setCoding(wantedCoding(routed.request.list("accept-encoding")));
    if (routed.request.field("content-encoding").empty()) {
        route.run(std::move(routed), reply);
        return;
    }
    ApiRequest request = std::move(routed.request);
    withPlainBody(std::move(request), m_maxBody, reply,
                  [&route, reply,
                   held = std::make_shared<RoutedRequest>(std::move(routed))](ApiRequest plain) {
                      held->request = std::move(plain);
                      route.run(std::move(*held), reply);
                  });
}

Fields Api::guardFields(const Fields &asked) const
{
    ApiRequest request;
    request.fields = asked;
    return m_access.corsFields(request);
}

ApiReply Api::optionsReply(const ApiRequest &request, const std::string &allowed)
{
    ApiReply reply;
    reply.status = 204;
    const std::string verbs = allowed.empty() ? "GET, HEAD, POST, OPTIONS" : allowed + ", OPTIONS";
    reply.fields.emplace_back("Allow", verbs);
    if (!request.field("origin").empty()) {
        // Any verb, so that a page can read why it was the wrong one.
        reply.fields.emplace_back("Access-Control-Allow-Methods",
                                  "GET, HEAD, POST, PUT, PATCH, DELETE");
        reply.fields.emplace_back("Access-Control-Allow-Headers",
                                  "Authorization, Content-Type, Content-Encoding, Accept, "
                                  "Inference-Header-Content-Length");
        reply.fields.emplace_back("Access-Control-Max-Age", "600");
    }
    return reply;
}

} // namespace warmbench::http
