#include "inference/answer/result_json.h"

#include "inference/mask_forms.h"
#include "tensor/json_writer.h"

#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <iterator>
#include <string_view>

namespace warmbench {

namespace {

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

template <typename... Values>
void append(std::string &out, fmt::format_string<Values...> format, Values &&...values)
{
    fmt::format_to(std::back_inserter(out), format, std::forward<Values>(values)...);
}

// To a tenth of a pixel.
void appendPlace(std::string &out, float pixels)
{
    if (std::isfinite(pixels))
        append(out, "{:.1f}", pixels);
    else
        out += "null";
}

template <typename Items, typename Append>
void appendList(std::string &out, const Items &items, const Append &appendItem)
{
    out += '[';
    for (bool first = true; const auto &item : items) {
        if (!first)
            out += ", ";
        first = false;
        appendItem(item);
    }
    out += ']';
}

template <typename Numbers>
void appendNumbers(std::string &out, const Numbers &numbers)
{
    appendList(out, numbers, [&](auto number) { append(out, "{}", number); });
}

void appendClass(std::string &out, int index, const std::string &label, float score)
{
    append(out, "{{\"index\": {}, \"label\": ", index);
    appendJsonString(out, label);
    out += ", \"score\": ";
    appendFloat(out, score);
}

void appendCorners(std::string &out, const std::array<Point, 4> &corners)
{
    out += "\"corners\": ";
    appendList(out, corners, [&](const Point &corner) {
        out += '[';
        appendPlace(out, corner.x);
        out += ", ";
        appendPlace(out, corner.y);
        out += ']';
    });
}

void appendKeypoints(std::string &out, const std::vector<Keypoint> &keypoints)
{
    out += ", \"keypoints\": ";
    appendList(out, keypoints, [&](const Keypoint &point) {
        out += "{\"name\": ";
        appendJsonString(out, point.name);
        out += ", \"x\": ";
        appendPlace(out, point.at.x);
        out += ", \"y\": ";
        appendPlace(out, point.at.y);
        out += ", \"score\": ";
        appendFloat(out, point.score);
        out += '}';
    });
}

Result<void> appendMask(std::string &out, const Mask &mask, MaskForm form, RunControl &control)
{
    Reservation work(control);
    if (auto room = work.grow(maskWorkBytes(mask), "masks"); !room)
        return room;
    const std::size_t before = out.size();
    out += ", \"mask\": {";
    if (form == MaskForm::RunLengths) {
        append(out, "\"size\": [{}, {}], \"counts\": ", mask.height, mask.width);
        appendNumbers(out, runLengthsOf(mask));
    } else {
        out += "\"polygons\": ";
        appendList(out, polygonsOf(mask),
                   [&](const std::vector<int> &polygon) { appendNumbers(out, polygon); });
    }
    out += '}';
    return control.reserve(out.size() - before, "answer");
}

Result<void> appendDetection(std::string &out, const Detection &found, MaskForm masks,
                             RunControl &control)
{
    const auto pixel = [](float value) { return std::lround(value); };
    const long left = pixel(found.left);
    const long top = pixel(found.top);
    const long right = pixel(found.right);
    const long bottom = pixel(found.bottom);
    appendClass(out, found.index, found.label, found.score);
    append(out, ", \"box_xywh\": [{}, {}, {}, {}], \"box_xyxy\": [{}, {}, {}, {}]", left, top,
           right - left, bottom - top, left, top, right, bottom);
    if (found.angle) {
        out += ", \"angle\": ";
        appendFloat(out, *found.angle);
        out += ", ";
        appendCorners(out, found.corners);
    }
    if (!found.keypoints.empty())
        appendKeypoints(out, found.keypoints);
    Result<void> done;
    if (found.mask && masks != MaskForm::None)
        done = appendMask(out, *found.mask, masks, control);
    out += '}';
    return done;
}

void appendTextLine(std::string &out, const TextLine &line)
{
    out += "{\"text\": ";
    appendJsonString(out, line.text);
    out += ", \"score\": ";
    appendFloat(out, line.score);
    // Where numbers were sent there is no picture to have corners.
    if (line.corners[2].x > line.corners[0].x) {
        out += ", ";
        appendCorners(out, line.corners);
    }
    out += '}';
}

void appendSegmentation(std::string &out, const Segmentation &map)
{
    append(out, "\"segmentation\": {{\"size\": [{}, {}], \"classes\": ", map.height, map.width);
    appendList(out, map.shares, [&](const Segmentation::Share &share) {
        append(out, "{{\"index\": {}, \"label\": ", share.index);
        appendJsonString(out, share.label);
        append(out, ", \"share\": {:.6g}}}", share.share);
    });
    out += '}';
}

void appendImage(std::string &out, const SampleResult &result)
{
    append(out, "\"image\": {{\"width\": {}, \"height\": {}", result.image->width,
           result.image->height);
    if (const auto &range = result.imageRange)
        append(out, ", \"range\": [{:.6g}, {:.6g}], \"range_origin\": \"{}\"", range->black,
               range->white, imageRangeOriginName(range->origin));
    out += '}';
}

Result<void> appendResult(std::string &out, const SampleResult &result,
                          const Prediction &prediction, RunControl &control)
{
    Result<void> done;
    const auto separate = [&] { out += out.back() == '{' ? "" : ", "; };
    out += '{';
    if (prediction.task == Task::Classification || !result.classes.empty()) {
        out += "\"classes\": ";
        appendList(out, result.classes, [&](const ScoredClass &entry) {
            appendClass(out, entry.index, entry.label, entry.score);
            out += '}';
        });
    }
    // An empty list says that nothing was found.
    if (prediction.task == Task::Detection || !result.detections.empty()) {
        separate();
        out += "\"detections\": ";
        appendList(out, result.detections, [&](const Detection &found) {
            if (done)
                done = found.mask ? control.check() : control.step();
            if (done)
                done = appendDetection(out, found, prediction.masks, control);
        });
    }
    if (result.segmentation) {
        separate();
        appendSegmentation(out, *result.segmentation);
    }
    if (prediction.task == Task::Text) {
        separate();
        out += "\"text\": ";
        appendList(out, result.text, [&](const TextLine &line) { appendTextLine(out, line); });
    }
    if (result.image) {
        separate();
        appendImage(out, result);
    }
    out += '}';
    return done;
}

} // namespace

Result<void> appendResults(std::string &out, const Prediction &prediction, RunControl &control)
{
    Result<void> going;
    appendList(out, prediction.results, [&](const SampleResult &result) {
        if (going)
            going = control.step();
        if (going)
            going = appendResult(out, result, prediction, control);
    });
    return going;
}

} // namespace warmbench
