#include "http/tensorflow_serving.h"

#include "base/text.h"
#include "http/json_object.h"
#include "http/json_reply.h"
#include "http/open_inference_models.h"
#include "http/prediction_codec.h"
#include "http/tensorflow_codec.h"
#include "inference/workbench.h"

namespace warmbench::http {

namespace {

ModelId idOf(const RoutedRequest &routed)
{
    return {routed.parameter("name"), routed.parameter("version")};
}

ApiReply predictReply(const Result<Prediction> &prediction, const TensorFlowAsk &ask)
{
    if (!prediction)
        return errorReplyOf(prediction.error());
    auto json = tensorFlowJson(*prediction, ask);
    ApiReply reply = json ? jsonReply(std::move(*json)) : errorReplyOf(json.error());
    reply.model = prediction->model.name;
    reply.cache = cacheOutcomeName(prediction->cache);
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
                         const LoadedModel &model) { return decodeTensorFlow(model, *body, *ask); };
    request.cancellation = routed.request.cancellation;
    request.client = routed.request.client;
    workbench.predict(std::move(request), [reply, ask](const Result<Prediction> &prediction) {
        reply(predictReply(prediction, *ask));
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

void addRoutes(Router &router, Workbench &workbench, const std::string &base)
{
    // Before the status: the first pattern that fits counts.
    router.add({"POST", base + ":predict", "TensorFlow Serving: runs a model.", false,
                [&workbench](RoutedRequest routed, const Replier &reply) {
                    predict(workbench, std::move(routed), reply);
                }});
    router.add({"GET", base, "TensorFlow Serving: the state of a model's versions.", false,
                [&workbench](const RoutedRequest &routed, const Replier &reply) {
                    reply(statusReply(workbench, idOf(routed)));
                }});
}

} // namespace

void addTensorFlowRoutes(Router &router, Workbench &workbench)
{
    addRoutes(router, workbench, "/v1/models/{name}");
    addRoutes(router, workbench, "/v1/models/{name}/versions/{version}");
}

} // namespace warmbench::http
