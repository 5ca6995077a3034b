#include "http/simple/prediction_routes.h"

#include "base/text.h"
#include "http/bodies/quick_bodies.h"
#include "http/json_reply.h"
#include "http/simple/form_body.h"
#include "http/simple/prediction_json.h"
#include "http/transport/content_coding.h"
#include "inference/workbench.h"
#include "tensor/image.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <optional>

namespace warmbench::http {

namespace {

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

// What the query asks for; InvalidArgument names the key.
Result<AnswerOptions> answerOptionsOf(const RoutedRequest &routed)
{
    static const std::vector<std::string> known{"score", "iou", "top_k"};
    constexpr double mostClasses = 100'000;
    AnswerOptions wanted;
    for (const auto &[key, text] : routed.query) {
        if (std::find(known.begin(), known.end(), key) == known.end())
            return invalidArgument(fmt::format("The query's \"{}\" is unknown{}; known are {}.",
                                               printable(key, 40), didYouMean(key, known),
                                               joined(known)));
        const bool counts = key == "top_k";
        const double most = counts ? mostClasses : 1;
        const double least = counts ? 1 : 0;
        double number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc() || end != text.data() + text.size() ||
            !(number >= least && number <= most) || (counts && number != std::trunc(number)))
            return invalidArgument(
                fmt::format("\"{}\" is \"{}\", expected a {}number from {} to {}.", key,
                            printable(text, 40), counts ? "whole " : "", least, most));
        if (counts)
            wanted.topK = static_cast<int>(number);
        else
            (key == "score" ? wanted.scoreThreshold : wanted.nmsThreshold) = number;
    }
    return wanted;
}

void predict(Workbench &workbench, RoutedRequest routed, const Replier &reply)
{
    const auto wanted = answerOptionsOf(routed);
    if (!wanted) {
        reply(errorReplyOf(wanted.error()));
        return;
    }
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
    request.answer = *wanted;
    request.cancellation = routed.request.cancellation;
    request.client = routed.request.client;
    request.quick = quick;
    request.memory = std::move(routed.request.memory);
    workbench.predict(std::move(request), [reply, png](Result<Prediction> prediction) {
        reply.with([&] { return predictionReply(std::move(prediction), png); });
    });
}

} // namespace

void addPredictionRoutes(Router &router, Workbench &workbench)
{
    const auto run = [&workbench](RoutedRequest routed, const Replier &reply) {
        predict(workbench, std::move(routed), reply);
    };
    for (const std::string base : {"/predict", "/advanced_predict"}) {
        router.add({"POST", base, "Runs the default model.", false, run});
        router.add({"POST", base + "/{name}", "Runs a model.", false, run});
        router.add({"POST", base + "/{name}/versions/{version}", "Runs one version of a model.",
                    false, run});
    }
}

} // namespace warmbench::http
