// The settings file beside a model. What is accepted is JSON by another parser's judgement too,
// keeps within the ranges that README.md names, and makes a plan or a sentence for any network;
// what is refused says where.
//
// Input: the file.
#include "checks.h"
#include "make_tensor.h"
#include "model/input_plan.h"
#include "model/json_value.h"
#include "model/model_settings.h"

#include <array>
#include <cmath>
#include <simdjson.h>

using namespace warmbench;
using namespace warmbench::fuzz;

namespace {

bool within(const std::optional<int> &value, int least, int most)
{
    return !value || (*value >= least && *value <= most);
}

bool finite(const std::optional<std::vector<double>> &values)
{
    return !values || (!values->empty() && values->size() <= 4 &&
                       std::all_of(values->begin(), values->end(),
                                   [](double value) { return std::isfinite(value); }));
}

void checkInput(const InputSettings &input)
{
    constexpr int widest = 16384;
    require(within(input.width, 1, widest) && within(input.height, 1, widest) &&
                within(input.shorterSide, 1, widest),
            "sizes keep within their limits");
    require(!input.scale || (std::isfinite(*input.scale) && *input.scale != 0), "a scale scales");
    require(finite(input.mean) && finite(input.std), "mean and std are numbers, one a channel");
    require(!input.std || std::find(input.std->begin(), input.std->end(), 0.0) == input.std->end(),
            "nothing is divided by zero");
    require(!input.padValue || (*input.padValue >= 0 && *input.padValue <= 255),
            "padding is a pixel");
    for (const Feature &feature : input.features) {
        require(!feature.name.empty(), "a feature has a name");
        require(!feature.minimum || !feature.maximum || *feature.minimum <= *feature.maximum,
                "a feature's range is one");
    }
}

void checkSettings(const ModelSettings &settings)
{
    checkInput(settings.input);
    require(within(settings.output.topK, 1, 100'000) && within(settings.instances, 1, 256) &&
                within(settings.maxBatch, 1, 65'536),
            "counts keep within their limits");
    require(!settings.output.range || settings.output.range->low < settings.output.range->high,
            "black is below white");
    require(!settings.decoder ||
                (!settings.decoder->type.empty() && settings.decoder->scoreThreshold >= 0 &&
                 settings.decoder->scoreThreshold <= 1 && settings.decoder->nmsThreshold >= 0 &&
                 settings.decoder->nmsThreshold <= 1),
            "thresholds are parts of 1");
    require(!settings.labelsFile ||
                (settings.labelsFile->is_relative() && *settings.labelsFile->begin() != ".."),
            "labels lie in the model's folder");
    for (const Golden &golden : settings.golden)
        require(!golden.input.empty() && !(golden.label.empty() && golden.expectFile.empty()),
                "a known answer has input and answer");
    for (const std::string &warning : settings.warnings)
        requireSentence(warning);
}

// A picture of any size, grey numbers, a table, texts.
void checkPlans(const ModelSettings &settings)
{
    static const std::array specs{
        networkSpec({tensorSpec("input", {-1, 3, -1, -1})}, {tensorSpec("y", {-1, 10})}),
        networkSpec({tensorSpec("image", {1, 8, 8, 1})}, {tensorSpec("y", {1, 10})}),
        networkSpec({tensorSpec("alpha", {1, 8, 8, 4}, DType::UInt8)},
                    {tensorSpec("y", {1, 1000})}),
        networkSpec({tensorSpec("a", {-1, 3}), tensorSpec("b", {-1, 3, 4, 4})},
                    {tensorSpec("y", {-1, 10})}),
        networkSpec({tensorSpec("text", {-1}, DType::String)}, {tensorSpec("y", {-1})}),
        networkSpec({}, {}),
    };
    for (const NetworkSpec &spec : specs) {
        const auto plan = planInput(spec, settings, {});
        if (!plan) {
            requireSentence(plan.error().message);
            continue;
        }
        require(spec.inputs.empty() || plan->index < spec.inputs.size(), "a plan is for an input");
        for (const std::string &warning : plan->warnings)
            requireSentence(warning);
    }
}

simdjson::error_code judgementOf(std::string_view text)
{
    static simdjson::dom::parser parser;
    simdjson::dom::element element;
    return parser.parse(text.data(), text.size(), true).get(element);
}

// simdjson refuses numbers above 64 bits and what is no UTF-8, ours does not; ours refuses keys
// that are there twice, deep nesting and numbers that float64 cannot hold.
void compareParsers(std::string_view text, const Result<JsonValue> &ours)
{
    if (text.empty() || text.find('\0') != std::string_view::npos ||
        text.starts_with("\xEF\xBB\xBF"))
        return;
    const auto theirs = judgementOf(text);
    if (ours) {
        require(theirs == simdjson::SUCCESS || theirs == simdjson::NUMBER_ERROR ||
                    theirs == simdjson::UTF8_ERROR,
                "what is accepted is JSON", simdjson::error_message(theirs));
        return;
    }
    const std::string &message = ours.error().message;
    const bool known = message.find(" is there twice") != std::string::npos ||
                       message.find("nested deeper") != std::string::npos ||
                       message.find("no number that can be held") != std::string::npos;
    require(known || theirs != simdjson::SUCCESS, "what is refused is no JSON", message);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::string_view text = textOf(data, size);
    compareParsers(text, parseJson(text));
    const auto settings = parseModelSettings(text, "\"a.warmbench.json\"");
    if (settings) {
        checkSettings(*settings);
        checkPlans(*settings);
    } else {
        requireSentence(settings.error().message);
        require(settings.error().message.find("line ") != std::string::npos &&
                    settings.error().message.find("column ") != std::string::npos,
                "a refusal says where", settings.error().message);
    }
    if (const auto labels = parseLabels(std::string(text)); !labels)
        require(!labels.error().message.empty(), "labels are refused with a reason");
    return 0;
}
