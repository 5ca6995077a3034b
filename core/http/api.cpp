#include "http/api.h"

#include "base/text.h"
#include "http/content_coding.h"
#include "http/json_reply.h"
#include "http/metrics_page.h"
#include "http/model_json.h"
#include "http/open_inference_routes.h"
#include "http/openapi.h"
#include "http/prediction_codec.h"
#include "http/request_decoding.h"
#include "http/tensorflow_serving.h"
#include "inference/workbench.h"
#include "metrics/prometheus.h"
#include "tensor/image.h"
#include "tensor/json_tensor.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <iterator>

namespace warmbench::http {

namespace {

constexpr std::size_t pageSize = 1000;

bool wantsPng(const ApiRequest &request)
{
    const std::string_view accept = request.field("accept");
    const double weight = acceptedWeight(accept, "image/png");
    return weight > 0 && weight >= acceptedWeight(accept, "application/json");
}

// The picture of an image task; nothing where the task yields none.
std::optional<ApiReply> pictureReply(Prediction &prediction)
{
    const auto with =
        std::find_if(prediction.results.begin(), prediction.results.end(),
                     [](const SampleResult &result) { return result.image.has_value(); });
    if (with == prediction.results.end())
        return {};
    // As noise it packs to its own size, and is there twice for a moment.
    if (auto room = prediction.control.reserve(2 * with->image->rgb.size(), "picture"); !room)
        return errorReplyOf(room.error());
    auto png = encodePng(*with->image);
    if (!png)
        return errorReplyOf(png.error());
    ApiReply reply;
    reply.body = std::move(*png);
    reply.contentType = "image/png";
    return reply;
}

ApiReply predictionReply(Result<Prediction> prediction, bool png)
{
    if (!prediction)
        return errorReplyOf(prediction.error());
    std::optional<ApiReply> reply;
    if (png)
        reply = pictureReply(*prediction);
    if (!reply) {
        auto json = predictionJson(*prediction, prediction->control);
        if (!json)
            return errorReplyOf(json.error());
        reply.emplace();
        reply->body = std::move(*json);
    }
    reply->model = prediction->model.name;
    reply->cache = cacheOutcomeName(prediction->cache);
    reply->held = prediction->control.handOver(reply->body.size());
    return std::move(*reply);
}

std::string quotedOrNull(const std::string &text)
{
    if (text.empty())
        return "null";
    std::string quoted;
    appendJsonString(quoted, text);
    return quoted;
}

ApiReply refreshReply(const Result<RefreshReport> &report)
{
    if (!report)
        return errorReplyOf(report.error());
    std::string body = fmt::format("{{\"reloaded\": {}, \"old_digest\": {}, \"new_digest\": {}, "
                                   "\"load_ms\": ",
                                   report->reloaded, quotedOrNull(report->oldDigest),
                                   quotedOrNull(report->newDigest));
    appendJsonNumber(body, toMilliseconds(report->loadTime));
    return jsonReply(body + "}");
}

// Takes no Api along: it may be gone when a load ends, the workbench is not.
ApiReply modelReply(const Workbench &workbench, const std::string &name)
{
    const auto view = workbench.model({name, {}});
    ApiReply reply = view ? jsonReply(modelJson(*view)) : errorReplyOf(view.error());
    reply.model = name;
    return reply;
}

// Triton's asyncio client says that it takes gzip, and reads it in answers to infer alone.
bool mayBePacked(const Route &route)
{
    return !route.pattern.starts_with("/v2") || route.pattern.ends_with("/infer");
}

// A switch in the query; off where it is not there.
Result<bool> queriedSwitch(const RoutedRequest &routed, const char *name)
{
    const auto found = routed.query.find(name);
    if (found == routed.query.end())
        return false;
    const std::string text = lowered(found->second);
    if (text == "true" || text == "1" || text == "yes" || text.empty())
        return true;
    if (text == "false" || text == "0" || text == "no")
        return false;
    return invalidArgument(fmt::format("\"{}\" is \"{}\", expected true or false (1 or 0, yes or "
                                       "no).",
                                       name, printable(found->second, 40)));
}

} // namespace

Api::Api(Workbench &workbench, const HttpOptions &options)
    : m_workbench(workbench)
    , m_access(options)
    , m_maxBody(options.maxBody)
    , m_events(std::make_unique<EventFeed>(workbench, m_started))
{
    addStateRoutes();
    addPredictRoutes();
    addModelRoutes();
    addPageRoutes();
    addOpenInferenceRoutes(m_router, m_workbench, options.maxBody);
    addTensorFlowRoutes(m_router, m_workbench);
}

void Api::addPageRoutes()
{
    m_router.add({"GET", "/docs", "A page of all routes, to read and to try.", false,
                  [this](const RoutedRequest &routed, const Replier &reply) {
                      reply(m_webFiles.reply("docs.html", routed.request));
                  }});
    m_router.add({"GET", "/openapi.json", "This description.", false,
                  [this](const RoutedRequest &, const Replier &reply) {
                      reply(jsonReply(openApiJson(m_router)));
                  }});
    m_router.add({"GET", "/web/{file}", "The files of the browser pages.", false,
                  [this](const RoutedRequest &routed, const Replier &reply) {
                      reply(m_webFiles.reply(routed.parameter("file"), routed.request));
                  }});
}

void Api::addStateRoutes()
{
    m_router.add(
        {"GET", "/", "What this server offers; for a browser the demo page.", false,
         [this](const RoutedRequest &routed, const Replier &reply) { index(routed, reply); }});
    m_router.add({"GET", "/health", "The process runs; always 200.", false,
                  [](const RoutedRequest &, const Replier &reply) {
                      reply(jsonReply("{\"status\": \"ok\"}"));
                  }});
    m_router.add({"GET", "/ready", "What loads at start is up; 503 until then.", false,
                  [this](const RoutedRequest &, const Replier &reply) { ready(reply); }});
    m_router.add({"GET", "/stats", "Counters of the model cache, memory and uptime.", false,
                  [this](const RoutedRequest &, const Replier &reply) {
                      reply(jsonReply(statisticsJson(m_workbench, std::chrono::steady_clock::now() -
                                                                      m_started)));
                  }});
    m_router.add(
        {"GET", "/events", "The same each second, and what happens to models, as events.", false,
         [this](const RoutedRequest &, const Replier &reply) { reply(m_events->subscribe()); }});
    m_router.add({"GET", "/metrics", "The same and more for Prometheus, as text.", false,
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

void Api::addPredictRoutes()
{
    const auto run = [this](RoutedRequest routed, const Replier &reply) {
        predict(std::move(routed), reply);
    };
    for (const std::string base : {"/predict", "/advanced_predict"}) {
        m_router.add({"POST", base, "Runs the default model.", false, run});
        m_router.add({"POST", base + "/{name}", "Runs a model.", false, run});
        m_router.add({"POST", base + "/{name}/versions/{version}", "Runs one version of a model.",
                      false, run});
    }
}

void Api::addModelRoutes()
{
    m_router.add(
        {"GET", "/models", "All models, by name; ?limit= and ?after= page through them.", false,
         [this](const RoutedRequest &routed, const Replier &reply) { listModels(routed, reply); }});
    m_router.add(
        {"GET", "/models/{name}", "One model: state, inputs, outputs, counters.", false,
         [this](const RoutedRequest &routed, const Replier &reply) { showModel(routed, reply); }});
    m_router.add(
        {"POST", "/models/{name}/load", "Loads a model; a loaded one stays as it is.", true,
         [this](const RoutedRequest &routed, const Replier &reply) { load(routed, reply); }});
    m_router.add(
        {"POST", "/models/{name}/unload", "Unloads a model; answers after its last use has ended.",
         true,
         [this](const RoutedRequest &routed, const Replier &reply) { unload(routed, reply); }});
    m_router.add(
        {"POST", "/models/{name}/pin", "Keeps a model in memory.", true,
         [this](const RoutedRequest &routed, const Replier &reply) { pin(routed, true, reply); }});
    m_router.add(
        {"POST", "/models/{name}/unpin", "Lets a model go when room is needed.", true,
         [this](const RoutedRequest &routed, const Replier &reply) { pin(routed, false, reply); }});
    m_router.add({"POST", "/models/{name}/refresh",
                  "Loads a model's changed file; ?force=true loads an unchanged one too.", true,
                  [this](const RoutedRequest &routed, const Replier &reply) {
                      refresh(routed.parameter("name"), routed, reply);
                  }});
    m_router.add({"POST", "/refresh", "Refreshes the default model.", true,
                  [this](const RoutedRequest &routed, const Replier &reply) {
                      const auto name = m_workbench.defaultModel();
                      if (name)
                          refresh(*name, routed, reply);
                      else
                          reply(errorReplyOf(name.error()));
                  }});
}

void Api::handle(ApiRequest request, const Replier &reply) const
{
    Router::Match match = m_router.match(request.method, request.path());
    reply.label(match.route ? match.route->pattern : "other", m_access.corsFields(request));
    if (auto refusal = m_access.refusal(request, match.route && match.route->changesState)) {
        reply(std::move(*refusal));
    } else if (request.method == "OPTIONS") {
        reply(optionsReply(request, match.allowed));
    } else if (!match.route) {
        reply(std::move(match.reply));
    } else {
        auto query = parsedQuery(request.query());
        if (!query) {
            reply(errorReplyOf(query.error()));
            return;
        }
        RoutedRequest routed;
        routed.query = *std::move(query);
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

Fields Api::refusalFields(const Fields &asked) const
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

void Api::index(const RoutedRequest &routed, const Replier &reply) const
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

void Api::ready(const Replier &reply) const
{
    if (m_workbench.ready())
        reply(jsonReply("{\"ready\": true}"));
    else
        reply(errorReplyOf(
            {ErrorCode::Unavailable, "What loads at start is not up yet: ask again in a moment."}));
}

void Api::predict(RoutedRequest routed, const Replier &reply) const
{
    const bool png = wantsPng(routed.request);
    const bool quick = !png && decodesQuickly(routed.request.body);
    auto decoder = decoderFor(std::move(routed.request.body), routed.request.field("content-type"));
    if (!decoder) {
        reply(errorReplyOf(decoder.error()));
        return;
    }
    InferenceRequest request;
    request.model = {routed.parameter("name"), routed.parameter("version")};
    request.decode = std::move(*decoder);
    request.cancellation = routed.request.cancellation;
    request.client = routed.request.client;
    request.quick = quick;
    request.memory = std::move(routed.request.memory);
    m_workbench.predict(std::move(request), [reply, png](Result<Prediction> prediction) {
        reply.with([&] { return predictionReply(std::move(prediction), png); });
    });
}

void Api::listModels(const RoutedRequest &routed, const Replier &reply) const
{
    std::size_t limit = pageSize;
    if (const std::string text = routed.queried("limit"); !text.empty()) {
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
        if (error != std::errc() || end != text.data() + text.size() || limit == 0) {
            reply(errorReplyOf(invalidArgument(fmt::format(
                "\"limit\" is \"{}\", expected a number from 1 on.", printable(text, 40)))));
            return;
        }
        limit = std::min(limit, pageSize);
    }
    auto views = m_workbench.models(routed.queried("after"), limit + 1);
    const bool more = views.size() > limit;
    if (more)
        views.pop_back();
    std::string body = "{\"models\": [";
    for (const ModelView &view : views)
        body += (&view == &views.front() ? "" : ", ") + modelJson(view);
    body += "], \"next\": " + (more ? quotedOrNull(views.back().entry.name) : "null") + "}";
    reply(jsonReply(std::move(body)));
}

void Api::showModel(const RoutedRequest &routed, const Replier &reply) const
{
    reply(modelReply(m_workbench, routed.parameter("name")));
}

void Api::load(const RoutedRequest &routed, const Replier &reply) const
{
    const std::string &name = routed.parameter("name");
    m_workbench.cache().load({name, {}}, [&workbench = m_workbench, name,
                                          reply](const Result<void> &done) {
        reply.with([&] { return done ? modelReply(workbench, name) : errorReplyOf(done.error()); });
    });
}

void Api::unload(const RoutedRequest &routed, const Replier &reply) const
{
    const std::string &name = routed.parameter("name");
    m_workbench.cache().unload({name, {}}, [&workbench = m_workbench, name,
                                            reply](const Result<void> &done) {
        reply.with([&] { return done ? modelReply(workbench, name) : errorReplyOf(done.error()); });
    });
}

void Api::pin(const RoutedRequest &routed, bool pinned, const Replier &reply) const
{
    const std::string &name = routed.parameter("name");
    const auto done = m_workbench.cache().setPinned({name, {}}, pinned);
    reply(done ? modelReply(m_workbench, name) : errorReplyOf(done.error()));
}

void Api::refresh(const std::string &name, const RoutedRequest &routed, const Replier &reply) const
{
    const auto force = queriedSwitch(routed, "force");
    if (!force) {
        reply(errorReplyOf(force.error()));
        return;
    }
    m_workbench.cache().refresh({name, {}}, *force,
                                [name, reply](const Result<RefreshReport> &report) {
                                    reply.with([&] {
                                        ApiReply answer = refreshReply(report);
                                        answer.model = name;
                                        return answer;
                                    });
                                });
}

} // namespace warmbench::http
