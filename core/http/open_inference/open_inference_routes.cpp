#include "http/open_inference/open_inference_routes.h"

#include "base/text.h"
#include "http/bodies/quick_bodies.h"
#include "http/json_reply.h"
#include "http/open_inference/batch_limits.h"
#include "http/open_inference/open_inference_codec.h"
#include "http/open_inference/open_inference_members.h"
#include "http/open_inference/open_inference_models.h"
#include "http/served_models.h"
#include "inference/body/json_body.h"
#include "inference/workbench.h"
#include "tensor/json_object.h"

#include <atomic>
#include <fmt/format.h>
#include <functional>
#include <memory>

namespace warmbench::http {

namespace {

constexpr std::size_t mostControlBody = 65536; // parsed on the http thread

using Describe = std::function<std::string(const ModelView &)>;
using Limits = std::shared_ptr<BatchLimits>;

ModelId idOf(const RoutedRequest &routed)
{
    return {routed.parameter("name"), routed.parameter("version")};
}

// What the workbench says, except where clients compare Triton's words.
ApiReply openError(const Error &error, const ModelId &id)
{
    ApiReply reply = errorReplyOf(error.code == ErrorCode::NotFound ? unknownModel(id) : error);
    reply.model = id.name;
    return reply;
}

// ---- server ----

ApiReply serverReply()
{
    return jsonReply(JsonObject()
                         .text("name", "triton")
                         .text("version", WARMBENCH_VERSION)
                         .raw("extensions",
                              R"(["model_repository", "model_configuration", "statistics", )"
                              R"("binary_tensor_data", "classification"])")
                         .end());
}

ApiReply readyReply(const Workbench &workbench)
{
    if (workbench.ready())
        return jsonReply(R"({"ready": true})");
    return errorReplyOf(
        {ErrorCode::Unavailable, "What loads at start is not up yet: ask again in a moment."});
}

// ---- one model ----

ApiReply modelReadyReply(const Workbench &workbench, const ModelId &id)
{
    const auto view = openModel(workbench, id);
    if (!view)
        return openError(view.error(), id);
    if (isReady(*view))
        return jsonReply(JsonObject().text("name", id.name).flag("ready", true).end());
    const std::string reason = view->status.unloadedOnRequest
                                   ? "it was unloaded on request; load it or send it a request."
                                   : view->status.reason;
    return errorReply(400, "FAILED_PRECONDITION",
                      fmt::format("The model \"{}\" is not ready: {}", printable(id.name), reason));
}

void describe(Workbench &workbench, const ModelId &id, const Describe &json, const Replier &reply)
{
    withFacts(workbench, id, [id, json, reply](const Result<ModelView> &view) {
        reply.with([&] { return view ? jsonReply(json(*view)) : openError(view.error(), id); });
    });
}

ApiReply statisticsReply(Workbench &workbench, const ModelId &id)
{
    auto json = openStatisticsJson(workbench, id);
    return json ? jsonReply(std::move(*json)) : openError(json.error(), id);
}

// ---- infer ----

void infer(Workbench &workbench, const Limits &limits, RoutedRequest routed, const Replier &reply)
{
    const ModelId id = idOf(routed);
    std::string &body = routed.request.body;
    const auto header =
        openHeaderLength(routed.request.field("inference-header-content-length"), body.size());
    if (!header) {
        reply(openError(header.error(), id));
        return;
    }
    if (body.empty()) {
        reply(openError(invalidArgument("The body is empty: send {\"inputs\": [{\"name\": \"x\", "
                                        "\"shape\": [1, 4], \"datatype\": \"FP32\", \"data\": "
                                        "[...]}]}."),
                        id));
        return;
    }
    const auto ask = std::make_shared<OpenInferenceAsk>();
    InferenceRequest request;
    request.model = id;
    request.quick = decodesQuickly(body);
    request.decode = [ask, limits, length = *header,
                      body = std::make_shared<const std::string>(std::move(body))](
                         const ModelBundle &model, RunControl &control) -> Result<InferenceInputs> {
        auto inputs = decodeOpenInference(model, body, length, *ask, control);
        if (inputs) {
            if (auto fits = limits->check(model, *inputs); !fits)
                return fits.error();
        }
        return inputs;
    };
    request.cancellation = routed.request.cancellation;
    request.client = routed.request.client;
    request.memory = std::move(routed.request.memory);
    const std::string name = request.model.name;
    workbench.predict(std::move(request), [reply, ask, id, name](Result<Prediction> prediction) {
        reply.with([&] {
            return aboutModel(name, prediction ? openInferenceReply(std::move(*prediction), *ask)
                                               : openError(prediction.error(), id));
        });
    });
}

// ---- repository ----

// The members of a body that may be empty.
Result<std::vector<JsonMember>> controlMembers(const JsonText &body)
{
    if (trimmed(body.view()).empty())
        return std::vector<JsonMember>();
    if (body.view().size() > mostControlBody)
        return invalidArgument(fmt::format("The body has {} bytes, expected at most {}.",
                                           body.view().size(), mostControlBody));
    return jsonMembers(body.view(), "The body");
}

ApiReply indexReply(const Workbench &workbench, const std::string &body)
{
    const JsonText json(body);
    const auto members = controlMembers(json);
    if (!members)
        return errorReplyOf(members.error());
    bool readyAlone = false;
    for (const JsonMember &member : *members) {
        if (member.key != "ready")
            continue;
        const std::string_view word = trimmed(member.value);
        if (word != "true" && word != "false")
            return errorReplyOf(invalidArgument(
                fmt::format("\"ready\" is {}, expected true or false.", printable(word, 40))));
        readyAlone = word == "true";
    }
    return jsonReply(openIndexJson(workbench, readyAlone));
}

// What a load asks for beside the load: nothing, or a batch size in "config". Files in the request
// would change what is on disk: refused, not ignored.
Result<std::optional<std::int64_t>> wantedBatch(const std::string &body, const std::string &name)
{
    const JsonText json(body);
    const auto members = controlMembers(json);
    if (!members)
        return members.error();
    const JsonMember *list = memberOf(*members, "parameters");
    if (!list)
        return std::optional<std::int64_t>();
    const auto parameters = jsonMembers(list->value, "\"parameters\"");
    if (!parameters)
        return parameters.error();
    for (const JsonMember &parameter : *parameters) {
        if (parameter.key.starts_with("file:"))
            return invalidArgument(fmt::format("\"{}\": files in the request are not supported; "
                                               "change the model's files on disk.",
                                               printable(parameter.key, 60)));
    }
    const JsonMember *config = memberOf(*parameters, "config");
    if (!config)
        return std::optional<std::int64_t>();
    const auto text = jsonString(config->value, "\"config\"");
    return text ? batchSizeOfConfig(*text, name) : text.error();
}

ApiReply loadReply(const Result<void> &done, const std::string &name)
{
    ApiReply reply =
        done
            ? jsonReply("{}")
            : errorReplyOf({done.error().code, fmt::format("failed to load '{}': {}",
                                                           printable(name), done.error().message)});
    reply.model = name;
    return reply;
}

// Once the model is loaded: what it takes at most is known by then.
Result<void> setBatch(const Workbench &workbench, BatchLimits &limits, const std::string &name,
                      std::optional<std::int64_t> wanted)
{
    if (!wanted) {
        limits.clear(name);
        return {};
    }
    const auto view = openModel(workbench, {name, {}});
    if (!view || !view->status.facts)
        return unknownModel({name, {}});
    const std::int64_t most = limits.possible(view->status.facts->spec);
    if (*wanted > most)
        return invalidArgument(
            fmt::format("max_batch_size is {}, but this model takes {}.", *wanted,
                        most == 0 ? "no batches" : fmt::format("at most {}", most)));
    limits.set(name, *wanted);
    return {};
}

void load(Workbench &workbench, const Limits &limits, const RoutedRequest &routed,
          const Replier &reply)
{
    const std::string &name = routed.parameter("name");
    const auto wanted = wantedBatch(routed.request.body, name);
    if (!wanted) {
        reply(loadReply(wanted.error(), name));
        return;
    }
    workbench.cache().load(
        {name, {}}, [&workbench, limits, name, wanted = *wanted, reply](const Result<void> &done) {
            reply.with([&] {
                return loadReply(done ? setBatch(workbench, *limits, name, wanted) : done, name);
            });
        });
}

// Every version goes; the answer comes when the last has gone.
class UnloadAll
{
public:
    UnloadAll(std::size_t count, std::string name, const Replier &reply)
        : m_left(count)
        , m_name(std::move(name))
        , m_reply(reply)
    {
    }
    void ended(const Result<void> &done)
    {
        if (!done)
            m_reply(openError(done.error(), {m_name, {}}));
        else if (--m_left == 0)
            m_reply(jsonReply("{}"));
    }

private:
    std::atomic<std::size_t> m_left;
    std::string m_name;
    Replier m_reply;
};

void unload(Workbench &workbench, BatchLimits &limits, const RoutedRequest &routed,
            const Replier &reply)
{
    const std::string &name = routed.parameter("name");
    const JsonText json(routed.request.body);
    if (const auto members = controlMembers(json); !members) {
        reply(openError(members.error(), {name, {}}));
        return;
    }
    limits.clear(name);
    std::vector<ModelId> ids{{name, {}}};
    for (const ModelStatus &status : workbench.cache().statuses()) {
        if (status.id.name == name && !status.id.version.empty())
            ids.push_back(status.id);
    }
    const auto all = std::make_shared<UnloadAll>(ids.size(), name, reply);
    for (const ModelId &id : ids)
        workbench.cache().unload(id, [all](const Result<void> &done) { all->ended(done); });
}

// ---- the table ----

void addServerRoutes(Router &router, Workbench &workbench)
{
    router.add({"GET", "/v2", "Open Inference Protocol: name, version and extensions.", false,
                [](const RoutedRequest &, const Replier &reply) { reply(serverReply()); }});
    router.add({"GET", "/v2/health/live", "Open Inference Protocol: the process runs.", false,
                [](const RoutedRequest &, const Replier &reply) {
                    reply(jsonReply(R"({"live": true})"));
                }});
    router.add({"GET", "/v2/health/ready", "Open Inference Protocol: what loads at start is up.",
                false, [&workbench](const RoutedRequest &, const Replier &reply) {
                    reply(readyReply(workbench));
                }});
    router.add({"GET", "/v2/models/stats", "Statistics of all models.", false,
                [&workbench](const RoutedRequest &, const Replier &reply) {
                    reply(statisticsReply(workbench, {}));
                }});
}

void addModelRoutes(Router &router, Workbench &workbench, const Limits &limits,
                    const std::string &base)
{
    const Describe config = [limits](const ModelView &view) {
        return openConfigJson(view, limits->of(view.entry.name, view.status.facts->spec));
    };
    router.add({"GET", base, "Open Inference Protocol: inputs and outputs of a model.", false,
                [&workbench](const RoutedRequest &routed, const Replier &reply) {
                    describe(workbench, idOf(routed), openMetadataJson, reply);
                }});
    router.add({"GET", base + "/config", "A model's configuration as Triton gives it.", false,
                [&workbench, config](const RoutedRequest &routed, const Replier &reply) {
                    describe(workbench, idOf(routed), config, reply);
                }});
    router.add({"GET", base + "/ready",
                "Ready: 200 unless the model was unloaded on request or failed.", false,
                [&workbench](const RoutedRequest &routed, const Replier &reply) {
                    reply(modelReadyReply(workbench, idOf(routed)));
                }});
    router.add({"GET", base + "/stats", "A model's statistics as Triton gives them.", false,
                [&workbench](const RoutedRequest &routed, const Replier &reply) {
                    reply(statisticsReply(workbench, idOf(routed)));
                }});
    router.add({"POST", base + "/infer",
                "Open Inference Protocol: runs a model on JSON or binary tensors.", false,
                [&workbench, limits](RoutedRequest routed, const Replier &reply) {
                    infer(workbench, limits, std::move(routed), reply);
                }});
}

void addRepositoryRoutes(Router &router, Workbench &workbench, const Limits &limits)
{
    router.add({"POST", "/v2/repository/index", "All models and whether they are ready.", false,
                [&workbench](const RoutedRequest &routed, const Replier &reply) {
                    reply(indexReply(workbench, routed.request.body));
                }});
    router.add({"POST", "/v2/repository/models/{name}/load", "Loads a model.", true,
                [&workbench, limits](const RoutedRequest &routed, const Replier &reply) {
                    load(workbench, limits, routed, reply);
                }});
    router.add({"POST", "/v2/repository/models/{name}/unload", "Unloads all versions of a model.",
                true, [&workbench, limits](const RoutedRequest &routed, const Replier &reply) {
                    unload(workbench, *limits, routed, reply);
                }});
}

} // namespace

void addOpenInferenceRoutes(Router &router, Workbench &workbench, Bytes maxBody)
{
    const auto limits = std::make_shared<BatchLimits>(maxBody);
    addServerRoutes(router, workbench);
    addModelRoutes(router, workbench, limits, "/v2/models/{name}");
    addModelRoutes(router, workbench, limits, "/v2/models/{name}/versions/{version}");
    addRepositoryRoutes(router, workbench, limits);
}

} // namespace warmbench::http
