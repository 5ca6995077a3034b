#include "http/simple/prediction_routes.h"

#include "base/text.h"
#include "http/bodies/quick_bodies.h"
#include "http/json_reply.h"
#include "http/simple/form_body.h"
#include "http/transport/content_coding.h"
#include "inference/answer/prediction_json.h"
#include "inference/workbench.h"
#include "painting/drawn_answer.h"
#include "tensor/image.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <optional>
#include <utility>

namespace warmbench::http {

namespace {

bool wantsPng(const ApiRequest &request)
{
    const std::string_view accept = request.field("accept");
    const double weight = acceptedWeight(accept, "image/png");
    return weight > 0 && weight >= acceptedWeight(accept, "application/json");
}

enum class Wanted : std::uint8_t { Json, Drawing, Map };

// The picture of an image task, the map of a segmentation, or the picture sent with the answer
// drawn on it. Nothing where there is no picture: numbers were sent, or several pictures.
Result<std::optional<std::string>> pngOf(Prediction &prediction, Wanted wanted)
{
    RunControl &control = prediction.control;
    if (prediction.results.empty())
        return std::optional<std::string>();
    const SampleResult &result = prediction.results.front();
    const auto made = [](Result<std::string> png) -> Result<std::optional<std::string>> {
        if (!png)
            return std::move(png).error();
        return std::optional(std::move(*png));
    };
    if (result.segmentation && (wanted == Wanted::Map || !prediction.picture)) {
        const Segmentation &map = *result.segmentation;
        if (auto room = control.reserve(4 * map.classes.size(), "picture"); !room)
            return room.error();
        return made(encodeGreyPng(map.width, map.height, map.classes));
    }
    if (result.image) {
        // As noise it packs to its own size, and is there twice for a moment.
        if (auto room = control.reserve(2 * result.image->rgb.size(), "picture"); !room)
            return room.error();
        return made(encodePng(*result.image));
    }
    if (!prediction.picture)
        return std::optional<std::string>();
    if (auto room = control.reserve(
            drawingBytes(*prediction.picture) + 2 * prediction.picture->rgb.size(), "picture");
        !room)
        return room.error();
    auto drawn = drawnAnswer(*std::exchange(prediction.picture, {}), result);
    return drawn ? made(encodePng(*drawn)) : std::move(drawn).error();
}

ApiReply predictionReply(Result<Prediction> prediction, Wanted wanted)
{
    if (!prediction)
        return errorReplyOf(prediction.error());
    ApiReply reply;
    if (wanted != Wanted::Json) {
        auto png = pngOf(*prediction, wanted);
        if (!png)
            return errorReplyOf(png.error());
        if (*png) {
            reply.body = **std::move(png);
            reply.contentType = "image/png";
        }
    }
    if (reply.body.empty()) {
        auto json = predictionJson(*prediction, prediction->control);
        if (!json)
            return errorReplyOf(json.error());
        reply.body = std::move(*json);
    }
    reply.model = prediction->model.name;
    reply.cache = cacheOutcomeName(prediction->cache);
    reply.phases = prediction->timings.phases;
    reply.held = prediction->control.handOver(reply.body.size());
    return reply;
}

// A number of the query; InvalidArgument names the key.
Result<double> numberOf(std::string_view key, const std::string &text, double least, double most,
                        bool whole)
{
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() ||
        !(number >= least && number <= most) || (whole && number != std::trunc(number)))
        return invalidArgument(fmt::format("\"{}\" is \"{}\", expected a {}number from {} to {}.",
                                           key, printable(text, 40), whole ? "whole " : "", least,
                                           most));
    return number;
}

// The index of one of the words that a key of the query takes.
Result<std::size_t> wordOf(std::string_view key, const std::string &text,
                           const std::vector<std::string> &words)
{
    const auto found = std::find(words.begin(), words.end(), text);
    if (found == words.end())
        return invalidArgument(fmt::format("\"{}\" is \"{}\"{}; expected is {}.", key,
                                           printable(text, 40), didYouMean(text, words),
                                           joined(words)));
    return static_cast<std::size_t>(found - words.begin());
}

struct Query
{
    AnswerOptions answer;
    bool map = false; // of a segmentation, instead of a drawing
};

// What the query asks for; InvalidArgument names the key.
Result<Query> queryOf(const RoutedRequest &routed)
{
    static const std::vector<std::string> known{"score", "iou", "top_k", "masks", "as"};
    static const std::vector<std::string> masks{"polygons", "rle", "none"};
    static const std::vector<std::string> pictures{"drawing", "map"};
    constexpr double mostClasses = 100'000;
    Query query;
    query.answer.resultsSuffice = true;
    for (const auto &[key, text] : routed.query) {
        if (std::find(known.begin(), known.end(), key) == known.end())
            return invalidArgument(fmt::format("The query's \"{}\" is unknown{}; known are {}.",
                                               printable(key, 40), didYouMean(key, known),
                                               joined(known)));
        if (key == "masks" || key == "as") {
            const auto word = wordOf(key, text, key == "as" ? pictures : masks);
            if (!word)
                return word.error();
            if (key == "as")
                query.map = *word == 1;
            else
                query.answer.masks = static_cast<MaskForm>(*word);
            continue;
        }
        const bool counts = key == "top_k";
        const auto number = numberOf(key, text, counts ? 1 : 0, counts ? mostClasses : 1, counts);
        if (!number)
            return number.error();
        if (counts)
            query.answer.topK = static_cast<int>(*number);
        else
            (key == "score" ? query.answer.scoreThreshold : query.answer.nmsThreshold) = *number;
    }
    return query;
}

void predict(Workbench &workbench, RoutedRequest routed, const Replier &reply)
{
    const std::string name = routed.parameter("name");
    const auto query = queryOf(routed);
    if (!query) {
        reply(aboutModel(name, errorReplyOf(query.error())));
        return;
    }
    const Wanted wanted = !wantsPng(routed.request) ? Wanted::Json
                          : query->map              ? Wanted::Map
                                                    : Wanted::Drawing;
    const bool quick = wanted == Wanted::Json && decodesQuickly(routed.request.body);
    auto decoder = decoderFor(std::move(routed.request.body), routed.request.field("content-type"));
    if (!decoder) {
        reply(aboutModel(name, errorReplyOf(decoder.error())));
        return;
    }
    InferenceRequest request;
    request.model = {name, routed.parameter("version")};
    request.decode = std::move(*decoder);
    request.answer = query->answer;
    request.answer.keepPicture = wanted == Wanted::Drawing;
    request.cancellation = routed.request.cancellation;
    request.client = routed.request.client;
    request.quick = quick;
    request.memory = std::move(routed.request.memory);
    workbench.predict(std::move(request), [reply, wanted, name](Result<Prediction> prediction) {
        reply.with(
            [&] { return aboutModel(name, predictionReply(std::move(prediction), wanted)); });
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
