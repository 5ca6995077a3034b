#include "inference/answer/prediction_json.h"

#include "inference/answer/answer_bytes.h"
#include "inference/answer/result_json.h"
#include "tensor/json_writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <iterator>
#include <string_view>

namespace warmbench {

using namespace std::string_view_literals;

namespace {

constexpr std::size_t mostWithoutGrowth = 1024;

// To the microsecond: "12.034", "12.5", "12".
void appendMilliseconds(std::string &out, std::chrono::nanoseconds span)
{
    const std::int64_t us = std::chrono::round<std::chrono::microseconds>(span).count();
    std::array<char, 32> text;
    char *end = std::to_chars(text.data(), text.data() + text.size(), us / 1000).ptr;
    if (std::int64_t rest = us % 1000; rest > 0) {
        *end++ = '.';
        for (std::int64_t unit = 100; rest > 0; rest %= unit, unit /= 10)
            *end++ = static_cast<char>('0' + rest / unit);
    }
    out.append(text.data(), end);
}

void appendTimings(std::string &out, const PhaseTimings &timings)
{
    static const auto keys = [] {
        std::array<std::string, allPhases.size()> made;
        std::transform(allPhases.begin(), allPhases.end(), made.begin(), [](Phase phase) {
            return fmt::format("{}\"{}\": ", phase == allPhases.front() ? "" : ", ",
                               phaseName(phase));
        });
        return made;
    }();
    out += ", \"timings_ms\": {"sv;
    for (std::size_t i = 0; i < allPhases.size(); ++i) {
        out += keys[i];
        appendMilliseconds(out, timings[allPhases[i]]);
    }
    out += ", \"total\": "sv;
    appendMilliseconds(out, timings.total);
    out += '}';
}

void appendWarnings(std::string &out, const std::vector<std::string> &warnings)
{
    if (warnings.empty())
        return;
    out += ", \"warnings\": ["sv;
    for (const std::string &warning : warnings) {
        out += &warning == &warnings.front() ? "" : ", ";
        appendJsonString(out, warning);
    }
    out += ']';
}

std::size_t answerBytes(const Prediction &prediction)
{
    std::size_t bytes = mostWithoutGrowth + jsonBytes(prediction.results);
    for (const std::string &warning : prediction.warnings)
        bytes += 6 * warning.size() + 4;
    const auto &outputs = prediction.outputs;
    if (prediction.primary < outputs.size())
        bytes += jsonBytes(outputs[prediction.primary].tensor);
    if (outputs.size() > 1) {
        for (const NamedTensor &output : outputs)
            bytes += jsonBytes(output.tensor) + 6 * output.name.size() + 8;
    }
    return bytes;
}

} // namespace

std::string predictionJson(const Prediction &prediction)
{
    RunControl unlimited;
    return *predictionJson(prediction, unlimited);
}

Result<std::string> predictionJson(const Prediction &prediction, RunControl &control)
{
    std::string out;
    out.reserve(mostWithoutGrowth);
    if (auto room = makeRoom(out, answerBytes(prediction), control); !room)
        return std::move(room).error();
    out += "{\"prediction\": "sv;
    const auto &outputs = prediction.outputs;
    if (prediction.primary < outputs.size())
        appendJson(out, outputs[prediction.primary].tensor);
    else
        out += "null";
    if (outputs.size() > 1) {
        out += ", \"outputs\": {";
        for (const NamedTensor &output : outputs) {
            out += &output == &outputs.front() ? "" : ", ";
            appendJsonString(out, output.name);
            out += ": ";
            appendJson(out, output.tensor);
        }
        out += '}';
    }
    const auto text = [&](std::string_view key, std::string_view value) {
        out += key;
        appendJsonString(out, value);
    };
    text(", \"model\": "sv, prediction.model.name);
    text(", \"version\": "sv, prediction.model.version);
    text(", \"digest\": "sv, prediction.digest);
    text(", \"engine\": "sv, prediction.engine);
    text(", \"cache\": "sv, cacheOutcomeName(prediction.cache));
    text(", \"prediction_cache\": "sv, "off"sv);
    out += ", \"results\": "sv;
    if (auto done = appendResults(out, prediction, control); !done)
        return std::move(done).error();
    appendWarnings(out, prediction.warnings);
    appendTimings(out, prediction.timings);
    out += "}\n"sv;
    return out;
}

} // namespace warmbench
