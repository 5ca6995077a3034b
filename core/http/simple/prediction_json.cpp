#include "http/simple/prediction_json.h"

#include "http/bodies/answer_bytes.h"
#include "tensor/json_writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <iterator>
#include <string_view>

namespace warmbench::http {

using namespace std::string_view_literals;

namespace {

constexpr std::size_t mostWithoutGrowth = 1024;

// Scores are float32: written shortest as such, 0.93 and not 0.9300000071525574.
void appendFloat(std::string &out, float value)
{
    if (!std::isfinite(value)) {
        appendJsonNumber(out, static_cast<double>(value));
        return;
    }
    std::array<char, 32> text;
    out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr);
}

void appendClass(std::string &out, int index, const std::string &label, float score)
{
    fmt::format_to(std::back_inserter(out), "{{\"index\": {}, \"label\": ", index);
    appendJsonString(out, label);
    out += ", \"score\": ";
    appendFloat(out, score);
}

void appendDetection(std::string &out, const Detection &found)
{
    const auto pixel = [](float value) { return std::lround(value); };
    const long left = pixel(found.left);
    const long top = pixel(found.top);
    const long right = pixel(found.right);
    const long bottom = pixel(found.bottom);
    appendClass(out, found.index, found.label, found.score);
    fmt::format_to(std::back_inserter(out),
                   ", \"box_xywh\": [{}, {}, {}, {}], \"box_xyxy\": [{}, {}, {}, {}]}}", left, top,
                   right - left, bottom - top, left, top, right, bottom);
}

template <typename Items, typename Append>
void appendList(std::string &out, const Items &items, const Append &append)
{
    out += '[';
    for (bool first = true; const auto &item : items) {
        if (!first)
            out += ", ";
        first = false;
        append(item);
    }
    out += ']';
}

void appendResult(std::string &out, const SampleResult &result, Task task)
{
    out += '{';
    if (task == Task::Classification || !result.classes.empty()) {
        out += "\"classes\": ";
        appendList(out, result.classes, [&](const ScoredClass &entry) {
            appendClass(out, entry.index, entry.label, entry.score);
            out += '}';
        });
    }
    // An empty list says that nothing was found.
    if (task == Task::Detection || !result.detections.empty()) {
        out += out.back() == '{' ? "" : ", ";
        out += "\"detections\": ";
        appendList(out, result.detections,
                   [&](const Detection &found) { appendDetection(out, found); });
    }
    if (result.image) {
        out += out.back() == '{' ? "" : ", ";
        fmt::format_to(std::back_inserter(out), "\"image\": {{\"width\": {}, \"height\": {}",
                       result.image->width, result.image->height);
        if (const auto &range = result.imageRange)
            fmt::format_to(std::back_inserter(out),
                           ", \"range\": [{:.6g}, {:.6g}], \"range_origin\": \"{}\"", range->black,
                           range->white, imageRangeOriginName(range->origin));
        out += '}';
    }
    out += '}';
}

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

std::size_t answerBytes(const Prediction &prediction)
{
    std::size_t bytes = mostWithoutGrowth + jsonBytes(prediction.results);
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
    Result<void> going;
    appendList(out, prediction.results, [&](const SampleResult &result) {
        if (going)
            going = control.step();
        if (going)
            appendResult(out, result, prediction.task);
    });
    if (!going)
        return std::move(going).error();
    appendTimings(out, prediction.timings);
    out += "}\n"sv;
    return out;
}

} // namespace warmbench::http
