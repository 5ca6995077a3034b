#include "inference/comparison/comparison_json.h"

#include "base/clock.h"
#include "tensor/json_object.h"

#include <cmath>

namespace warmbench {

namespace {

std::string numberJson(const std::optional<double> &value)
{
    if (!value || !std::isfinite(*value))
        return "null";
    std::string digits;
    appendJsonNumber(digits, *value);
    return digits;
}

std::string textsJson(const std::vector<std::string> &texts)
{
    std::string list = "[";
    for (const std::string &text : texts) {
        list += list.size() > 1 ? ", " : "";
        appendJsonString(list, text);
    }
    return list + "]";
}

std::string modelJson(const ComparedModel &model)
{
    return JsonObject()
        .text("model", model.id.name)
        .text("version", model.id.version)
        .text("digest", model.digest)
        .text("engine", model.engine)
        .number("memory_bytes", model.memory.count)
        .real("load_ms", toMilliseconds(model.loadTime))
        .raw("warnings", textsJson(model.warnings))
        .end();
}

std::string answerJson(const ComparedAnswer &answer)
{
    const bool answered = answer.refusal.empty();
    const auto time = [&](std::chrono::nanoseconds span) {
        return answered ? numberJson(toMilliseconds(span)) : "null";
    };
    return JsonObject()
        .textOrNull("answer", answer.text)
        .textOrNull("error", answer.refusal)
        .raw("infer_ms", time(answer.infer))
        .raw("total_ms", time(answer.total))
        .end();
}

std::string inputJson(const ComparedInput &input)
{
    JsonObject object;
    object.text("input", input.name)
        .raw("a", answerJson(input.first))
        .raw("b", answerJson(input.second))
        .number("runs", static_cast<std::int64_t>(input.runs));
    if (input.answered())
        object.flag("comparable", input.comparable);
    else
        object.raw("comparable", "null");
    if (input.compared())
        object.flag("changed", input.changed);
    else
        object.raw("changed", "null");
    return object.textOrNull("difference", input.difference)
        .raw("pixels_changed", numberJson(input.pixels))
        .raw("cosine", numberJson(input.cosine))
        .raw("largest_difference", numberJson(input.largest))
        .end();
}

std::string latenciesJson(const Latencies &latencies)
{
    return JsonObject()
        .real("a", toMilliseconds(latencies.first))
        .real("b", toMilliseconds(latencies.second))
        .raw("ratio", numberJson(latencies.ratio()))
        .end();
}

std::string summaryJson(const ComparisonSummary &summary)
{
    const auto none = std::string("null");
    return JsonObject()
        .number("inputs", static_cast<std::int64_t>(summary.inputs))
        .number("compared", static_cast<std::int64_t>(summary.compared))
        .number("refused", static_cast<std::int64_t>(summary.refused))
        .number("changed", static_cast<std::int64_t>(summary.changed))
        .raw("lowest_cosine", numberJson(summary.lowestCosine))
        .raw("mean_cosine", numberJson(summary.meanCosine))
        .raw("largest_difference", numberJson(summary.largest))
        .textOrNull("largest_difference_input", summary.largestInput)
        .number("runs", static_cast<std::int64_t>(summary.runs))
        .raw("infer_ms", summary.answered() > 0 ? latenciesJson(summary.infer) : none)
        .raw("total_ms", summary.answered() > 0 ? latenciesJson(summary.total) : none)
        .flag("latencies_trusted", summary.latenciesTrusted())
        .end();
}

} // namespace

std::string comparisonJson(const Comparison &comparison)
{
    std::string inputs = "[";
    for (const ComparedInput &input : comparison.inputs)
        inputs += (inputs.size() > 1 ? ", " : "") + inputJson(input);
    return JsonObject()
        .raw("a", modelJson(comparison.first))
        .raw("b", modelJson(comparison.second))
        .raw("inputs", inputs + "]")
        .raw("summary", summaryJson(comparison.summary))
        .raw("notes", textsJson(comparison.notes))
        .end();
}

} // namespace warmbench
