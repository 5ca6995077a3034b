#include "http/tensorflow/tensorflow_serving.h"

#include "base/text.h"
#include "http/bodies/quick_bodies.h"
#include "http/json_reply.h"
#include "http/served_models.h"
#include "http/tensorflow/tensorflow_codec.h"
#include "http/transport/reply_writer.h"
#include "inference/workbench.h"
#include "tensor/json_object.h"

#include <fmt/format.h>

namespace warmbench::http {

namespace {

ModelId idOf(const RoutedRequest &routed)
{
    return {routed.parameter("name"), routed.parameter("version")};
}

ApiReply predictReply(Result<Prediction> prediction, const TensorFlowAsk &ask)
{
    if (!prediction)
        return errorReplyOf(prediction.error());
    auto json = tensorFlowJson(*prediction, ask);
    ApiReply reply = json ? jsonReply(std::move(*json)) : errorReplyOf(json.error());
    reply.held = prediction->control.handOver(reply.body.size());
    reply.model = prediction->model.name;
    reply.cache = cacheOutcomeName(prediction->cache);
    reply.phases = prediction->timings.phases;
    return reply;
}

void predict(Workbench &workbench, RoutedRequest routed, const Replier &reply)
{
    if (trimmed(routed.request.body).empty()) {
        reply(errorReplyOf(invalidArgument("The body is empty: send {\"instances\": [...]}, one "
                                           "element a sample.")));
        return;
    }
    const auto ask = std::make_shared<TensorFlowAsk>();
    InferenceRequest request;
    request.model = idOf(routed);
    request.quick = decodesQuickly(routed.request.body);
    request.decode = [ask,
                      body = std::make_shared<const std::string>(std::move(routed.request.body))](
                         const ModelBundle &model, RunControl &control) {
        return decodeTensorFlow(model, *body, *ask, control);
    };
    request.memory = std::move(routed.request.memory);
    request.cancellation = routed.request.cancellation;
    request.client = routed.request.client;
    const std::string name = request.model.name;
    workbench.predict(std::move(request), [reply, ask, name](Result<Prediction> prediction) {
        reply.with([&] { return aboutModel(name, predictReply(std::move(prediction), *ask)); });
    });
}

// What is not loaded yet is available: it loads on use.
std::string stateJson(const ModelView &view, const std::string &version)
{
    const bool failed = view.status.state == ModelState::Failed;
    const std::string status = JsonObject()
                                   .text("error_code", failed ? "FAILED_PRECONDITION" : "OK")
                                   .text("error_message", failed ? view.status.reason : "")
                                   .end();
    return JsonObject()
        .text("version", version)
        .text("state", isReady(view) ? "AVAILABLE" : "END")
        .raw("status", status)
        .end();
}

ApiReply statusReply(const Workbench &workbench, const ModelId &id)
{
    if (auto known = workbench.model(id); !known)
        return errorReplyOf(known.error());
    const auto serving = openModel(workbench, {id.name, {}});
    if (!serving)
        return errorReplyOf(serving.error());
    std::string states;
    for (const std::string &version : versionsOf(*serving)) {
        if (!id.version.empty() && id.version != version)
            continue;
        if (const auto view = openModel(workbench, {id.name, version}))
            states += (states.empty() ? "" : ", ") + stateJson(*view, version);
    }
    return jsonReply("{\"model_version_status\": [" + states + "]}");
}

// ---- metadata ----

const char *tensorFlowType(DType dtype)
{
    switch (dtype) {
    case DType::Float64:
        return "DT_DOUBLE";
    case DType::Float16:
        return "DT_HALF";
    case DType::Int8:
        return "DT_INT8";
    case DType::Int16:
        return "DT_INT16";
    case DType::Int32:
        return "DT_INT32";
    case DType::Int64:
        return "DT_INT64";
    case DType::UInt8:
        return "DT_UINT8";
    case DType::UInt16:
        return "DT_UINT16";
    case DType::UInt32:
        return "DT_UINT32";
    case DType::UInt64:
        return "DT_UINT64";
    case DType::Bool:
        return "DT_BOOL";
    case DType::String:
        return "DT_STRING";
    case DType::Float32:
        break;
    }
    return "DT_FLOAT";
}

// Extents are texts, as protobuf's JSON writes 64-bit numbers; a free one is -1.
std::string tensorInfoJson(const TensorSpec &spec)
{
    std::string extents;
    for (const Dimension &extent : spec.shape)
        extents += (extents.empty() ? "" : ", ") +
                   JsonObject()
                       .text("size", extent.free() ? "-1" : std::to_string(extent.size))
                       .text("name", "")
                       .end();
    return JsonObject()
        .text("dtype", tensorFlowType(spec.dtype))
        .raw("tensor_shape",
             JsonObject().raw("dim", "[" + extents + "]").flag("unknown_rank", false).end())
        .text("name", spec.name)
        .end();
}

std::string tensorInfosJson(const std::vector<TensorSpec> &specs)
{
    std::string members;
    for (const TensorSpec &spec : specs) {
        members += members.empty() ? "" : ", ";
        appendJsonString(members, spec.name);
        members += ": " + tensorInfoJson(spec);
    }
    return "{" + members + "}";
}

// GetModelMetadataResponse with one signature, the one that :predict runs.
std::string metadataJson(const ModelView &view, const ModelId &id)
{
    const NetworkSpec &spec = view.status.facts->spec;
    const std::string signature = JsonObject()
                                      .raw("inputs", tensorInfosJson(spec.inputs))
                                      .raw("outputs", tensorInfosJson(spec.outputs))
                                      .text("method_name", "tensorflow/serving/predict")
                                      .end();
    const std::string signatures = JsonObject().raw("serving_default", signature).end();
    return JsonObject()
        .raw("model_spec",
             JsonObject()
                 .text("name", view.entry.name)
                 .text("signature_name", "")
                 .text("version", id.version.empty() ? versionsOf(view).back() : id.version)
                 .end())
        .raw("metadata",
             JsonObject()
                 .raw("signature_def", JsonObject().raw("signature_def", signatures).end())
                 .end())
        .end();
}

void metadata(Workbench &workbench, const ModelId &id, const Replier &reply)
{
    if (auto known = workbench.model(id); !known) {
        reply(errorReplyOf(known.error()));
        return;
    }
    withFacts(workbench, id, [id, reply](const Result<ModelView> &view) {
        reply.with(
            [&] { return view ? jsonReply(metadataJson(*view, id)) : errorReplyOf(view.error()); });
    });
}

// Classify and regress take tf.Example features, for which a network has to be exported.
void addMissingVerbs(Router &router, const std::string &base)
{
    for (const std::string verb : {":classify", ":regress"}) {
        Route route{"POST", base + verb, "Not offered: says what to use.", false, {}, false};
        route.run = [verb](const RoutedRequest &routed, const Replier &reply) {
            reply(errorReply(501, protocolCode(501),
                             fmt::format("\"{}\" is not offered, since no model here declares "
                                         "tf.Example features: send {{\"instances\": [...]}} to "
                                         "\"{}:predict\".",
                                         verb, printable(routed.parameter("name"), 60))));
        };
        router.add(std::move(route));
    }
}

void addRoutes(Router &router, Workbench &workbench, const std::string &base)
{
    addMissingVerbs(router, base);
    // Before the status: the first pattern that fits counts.
    router.add({"POST", base + ":predict", "TensorFlow Serving: runs a model.", false,
                [&workbench](RoutedRequest routed, const Replier &reply) {
                    predict(workbench, std::move(routed), reply);
                }});
    router.add({"GET", base, "TensorFlow Serving: the state of a model's versions.", false,
                [&workbench](const RoutedRequest &routed, const Replier &reply) {
                    reply(statusReply(workbench, idOf(routed)));
                }});
    router.add({"GET", base + "/metadata", "TensorFlow Serving: inputs and outputs of a model.",
                false, [&workbench](const RoutedRequest &routed, const Replier &reply) {
                    metadata(workbench, idOf(routed), reply);
                }});
}

} // namespace

void addTensorFlowRoutes(Router &router, Workbench &workbench)
{
    addRoutes(router, workbench, "/v1/models/{name}");
    addRoutes(router, workbench, "/v1/models/{name}/versions/{version}");
}

} // namespace warmbench::http
