#include "commands.h"

#include "base/text.h"
#include "inference/matching/golden_check.h"
#include "open_models.h"
#include "tensor/json_object.h"
#include "told.h"

#include <cmath>
#include <fmt/format.h>
#include <future>
#include <memory>

namespace warmbench::app {

namespace {

Result<GoldenAnswer> checked(Workbench &workbench, const ModelBundle &model,
                             const std::string &name, const Golden &golden)
{
    auto request = goldenRequest(model, golden);
    if (!request)
        return std::move(request).error();
    request->model = {name, {}};
    const auto promise = std::make_shared<std::promise<Result<Prediction>>>();
    workbench.predict(*std::move(request), [promise](Result<Prediction> prediction) {
        promise->set_value(std::move(prediction));
    });
    const auto prediction = promise->get_future().get();
    if (!prediction)
        return prediction.error();
    return goldenAnswer(model, golden, *prediction);
}

std::string asJson(const Golden &golden, const Result<GoldenAnswer> &answer)
{
    JsonObject object;
    object.text("input", golden.input)
        .flag("agrees", answer && answer->agrees)
        .text("sentence", answer ? answer->sentence : answer.error().message);
    const bool close = answer && answer->closeness;
    const auto real = [&](const char *key, bool known, double value) {
        if (known && std::isfinite(value))
            object.real(key, value);
        else
            object.raw(key, "null");
    };
    real("largest_difference", close, close ? answer->closeness->largest : 0);
    real("cosine", close, close ? answer->closeness->cosine : 0);
    real("score", answer && answer->score, answer ? double{answer->score.value_or(0)} : 0);
    return object.end();
}

std::string asText(const Golden &golden, const Result<GoldenAnswer> &answer)
{
    return fmt::format("{:<8} {}: {}\n", answer && answer->agrees ? "agrees" : "differs",
                       printable(golden.input, 80),
                       answer ? answer->sentence : answer.error().message);
}

Result<Told> check(Workbench &workbench, const CommandLine &line)
{
    const auto name =
        openOneModel(workbench, line.arguments.front().toStdString(), line.options.sample);
    if (!name)
        return name.error();
    const auto model = loadModel(workbench, *name);
    if (!model)
        return model.error();
    const auto &all = (*model)->settings.golden;
    if (all.empty())
        return failedPrecondition(
            fmt::format("The settings of \"{}\" name no golden answer; warmbench match --write "
                        "adds one, or write \"golden\" as the README shows.",
                        *name));
    std::string json;
    std::string text;
    std::size_t agreeing = 0;
    for (const Golden &golden : all) {
        const auto answer = checked(workbench, **model, *name, golden);
        agreeing += answer && answer->agrees ? 1 : 0;
        json += (json.empty() ? "" : ", ") + asJson(golden, answer);
        text += asText(golden, answer);
    }
    const std::string whole = JsonObject()
                                  .text("model", *name)
                                  .text("digest", (*model)->digest)
                                  .text("engine", (*model)->engine)
                                  .number("golden", std::ssize(all))
                                  .number("agreeing", static_cast<std::int64_t>(agreeing))
                                  .raw("answers", "[" + json + "]")
                                  .end() +
                              "\n";
    Told told{line.options.json ? whole : text, {}};
    if (agreeing < all.size())
        told.failure = failedPrecondition(fmt::format("{} of {} golden answers of \"{}\" differ.",
                                                      all.size() - agreeing, all.size(), *name));
    return told;
}

} // namespace

int runCheck(const CommandLine &line)
{
    return askAndTell(line, check);
}

} // namespace warmbench::app
