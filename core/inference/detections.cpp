#include "inference/detections.h"

#include "inference/decoders/decoder.h"
#include "inference/detection.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numbers>

namespace warmbench {

namespace {

constexpr std::size_t mostDetections = 300; // max_det of ultralytics/ultralytics: cfg/default.yaml

// Index of the output whose samples are [P, columns], preferring the given name; -1: there is none.
std::ptrdiff_t outputWithColumns(std::span<const NamedTensor> outputs, std::string_view name,
                                 std::int64_t columns)
{
    const auto fits = [&](const NamedTensor &output) {
        const Shape &shape = output.tensor.shape();
        return shape.size() >= 2 && shape.back() == columns;
    };
    const auto named = std::find_if(outputs.begin(), outputs.end(), [&](const NamedTensor &output) {
        return output.name == name && fits(output);
    });
    if (named != outputs.end())
        return named - outputs.begin();
    const auto found = std::find_if(outputs.begin(), outputs.end(), fits);
    return found == outputs.end() ? -1 : found - outputs.begin();
}

Error decoderDiffers(const Decoder &family, const Error &why)
{
    return failedPrecondition(fmt::format(
        "The decoder \"{}\" reads outputs {}, but {}; set the \"decoder\" that fits in the "
        "settings file, or \"task\" to \"tensor\".",
        family.name, family.form, why.message));
}

// The corners of a turned box, from the upper left one of the box before it was turned.
std::array<Point, 4> cornersOf(const RelativeBox &box, const Placement &placement)
{
    const double width = placement.inputWidth();
    const double height = placement.inputHeight();
    const double x = (double{box.left} + box.right) / 2 * width;
    const double y = (double{box.top} + box.bottom) / 2 * height;
    const double right = (double{box.right} - box.left) / 2 * width;
    const double down = (double{box.bottom} - box.top) / 2 * height;
    const double cosine = std::cos(double{*box.angle});
    const double sine = std::sin(double{*box.angle});
    const auto corner = [&](double along, double across) {
        return placement.at(static_cast<float>((x + along * cosine - across * sine) / width),
                            static_cast<float>((y + along * sine + across * cosine) / height));
    };
    return {corner(-right, -down), corner(right, -down), corner(right, down), corner(-right, down)};
}

// The angle is brought to 0 up to a quarter turn: a box that is turned further is one with its
// sides exchanged (ultralytics/ultralytics: utils/ops.py, regularize_rboxes).
void layTurned(const RelativeBox &box, const Placement &placement, Detection &found)
{
    constexpr double quarter = std::numbers::pi / 2;
    std::array<Point, 4> corners = cornersOf(box, placement);
    double angle =
        std::atan2(double{corners[1].y} - corners[0].y, double{corners[1].x} - corners[0].x);
    angle = std::fmod(angle + 4 * quarter, 2 * quarter);
    if (angle >= quarter) {
        angle -= quarter;
        std::rotate(corners.begin(), corners.begin() + 3, corners.end());
    }
    found.angle = static_cast<float>(angle);
    found.corners = corners;
    const auto [leftmost, rightmost] =
        std::minmax_element(corners.begin(), corners.end(),
                            [](const Point &one, const Point &other) { return one.x < other.x; });
    const auto [topmost, lowest] =
        std::minmax_element(corners.begin(), corners.end(),
                            [](const Point &one, const Point &other) { return one.y < other.y; });
    const auto width = static_cast<float>(placement.pictureWidth());
    const auto height = static_cast<float>(placement.pictureHeight());
    found.left = std::clamp(leftmost->x, 0.0F, width);
    found.right = std::clamp(rightmost->x, 0.0F, width);
    found.top = std::clamp(topmost->y, 0.0F, height);
    found.bottom = std::clamp(lowest->y, 0.0F, height);
}

Detection laidOver(const RelativeBox &box, const ModelBundle &model, const Decoder *family,
                   const Placement &placement)
{
    Detection found;
    found.index = box.index;
    found.label = className(model.settings.labels, box.index,
                            family ? family->numbers : ClassNumbers::FromZero);
    found.score = box.score;
    if (box.angle) {
        layTurned(box, placement, found);
        return found;
    }
    const Point upper = placement.clamped(box.left, box.top);
    const Point lower = placement.clamped(box.right, box.bottom);
    found.left = upper.x;
    found.top = upper.y;
    found.right = lower.x;
    found.bottom = lower.y;
    return found;
}

std::size_t detectionBytes(const Detection &found)
{
    std::size_t bytes =
        sizeof(Detection) + found.label.capacity() + found.keypoints.size() * sizeof(Keypoint);
    for (const Keypoint &point : found.keypoints)
        bytes += point.name.capacity();
    if (found.mask)
        bytes += found.mask->spans.capacity() * sizeof(Mask::Span);
    return bytes;
}

} // namespace

Result<Detections> Detections::of(const ModelBundle &model, std::span<const NamedTensor> outputs,
                                  std::size_t samples, const DecoderSettings &decoder,
                                  bool pictures, bool masks)
{
    Detections detections;
    detections.m_model = &model;
    detections.m_outputs = outputs;
    detections.m_decoder = &decoder;
    detections.m_family = decoderNamed(decoder.type);
    detections.m_pictures = pictures;
    detections.m_masks = masks;
    const Batch batch = detections.batch();
    if (batch == Batch::Single && samples > 1)
        return invalidArgument(fmt::format(
            "The decoder \"{}\" reads outputs that do not count samples, but {} came together; "
            "send them one at a time.",
            decoder.type, samples));
    const std::size_t counted = batch == Batch::First ? samples : 1;
    for (const NamedTensor &output : outputs) {
        auto floats = OutputFloats::of(output, counted);
        if (!floats)
            return std::move(floats).error();
        detections.m_floats.push_back(*std::move(floats));
    }
    return detections;
}

Batch Detections::batch() const
{
    if (m_family)
        return m_family->batch;
    return m_decoder->type == "ssd" ? Batch::InRows : Batch::First;
}

Detections::Size Detections::sizeOf(std::size_t index, const ImageMapping *mapping) const
{
    const Preprocessing &input = m_model->input.preprocessing;
    if (mapping && mapping->networkWidth > 0)
        return {mapping->networkWidth, mapping->networkHeight};
    // Numbers were sent to a network whose sides follow: its maps are as large as they.
    if (input.resize == ResizeMode::Fit && !m_floats.empty()) {
        const auto shape = m_floats.front().sample(index).shape;
        if (shape.size() == 3 && shape[1] > 0 && shape[2] > 0)
            return {static_cast<int>(shape[2]), static_cast<int>(shape[1])};
    }
    return {input.width, input.height};
}

RawDetections Detections::rawOf(std::size_t index, Size size) const
{
    RawDetections raw;
    const bool whole = batch() != Batch::First;
    for (std::size_t i = 0; i < m_outputs.size(); ++i) {
        const SampleView sample = m_floats[i].sample(whole ? 0 : index);
        raw.outputs.push_back(
            {m_outputs[i].name, sample.values, whole ? m_outputs[i].tensor.shape() : sample.shape});
    }
    raw.sample = index;
    raw.width = size.width;
    raw.height = size.height;
    raw.settings = *m_decoder;
    raw.masksWanted = m_masks;
    return raw;
}

Result<std::vector<RelativeBox>> Detections::ultraface(std::size_t index) const
{
    const auto scores = outputWithColumns(m_outputs, "scores", 2);
    const auto boxes = outputWithColumns(m_outputs, "boxes", 4);
    if (scores < 0 || boxes < 0)
        return failedPrecondition(
            "The ultraface decoder needs outputs \"scores\" [N, P, 2] and \"boxes\" [N, P, 4]; the "
            "model has none of this form: remove \"decoder\" from the settings file.");
    const auto s = m_floats[static_cast<std::size_t>(scores)].sample(index).values;
    const auto b = m_floats[static_cast<std::size_t>(boxes)].sample(index).values;
    const NamedTensor &output = m_outputs[static_cast<std::size_t>(boxes)];
    if (s.size() / 2 != b.size() / 4)
        return formDiffers(*m_model, output, "detection", "as many boxes as there are scores",
                           m_pictures);
    const Preprocessing &input = m_model->input.preprocessing;
    auto found = decodeUltraface(s, b, input.width, input.height, m_decoder->scoreThreshold);
    if (!found && sizeIsSent(*m_model, output.name, m_pictures))
        return invalidArgument(
            fmt::format("What was sent gives {} boxes, but the decoder \"ultraface\" reads those "
                        "of an input of {}x{} pixels; send one of that size.",
                        b.size() / 4, input.width, input.height));
    return found;
}

Result<std::vector<RelativeBox>> Detections::ssd(std::size_t index) const
{
    const auto rows = outputWithColumns(m_outputs, "detection_out", 7);
    if (rows < 0)
        return failedPrecondition(
            "The ssd decoder needs an output [1, 1, D, 7]; the model has none of this form: remove "
            "\"decoder\" from the settings file.");
    return decodeSsd(m_floats[static_cast<std::size_t>(rows)].sample(0).values,
                     static_cast<int>(index), m_decoder->scoreThreshold);
}

Result<std::vector<RelativeBox>> Detections::boxesOf(const RawDetections &raw) const
{
    if (!m_family) {
        auto boxes = m_decoder->type == "ssd" ? ssd(raw.sample) : ultraface(raw.sample);
        return boxes ? nonMaximumSuppression(std::move(*boxes), m_decoder->nmsThreshold)
                     : std::move(boxes);
    }
    auto boxes = m_family->decode(raw);
    if (!boxes)
        return decoderDiffers(*m_family, boxes.error());
    if (!m_family->suppressed && m_decoder->oriented)
        return rotatedSuppression(std::move(*boxes), m_decoder->nmsThreshold, raw.width, raw.height,
                                  mostDetections);
    if (!m_family->suppressed)
        return nonMaximumSuppression(std::move(*boxes), m_decoder->nmsThreshold, mostDetections);
    std::stable_sort(boxes->begin(), boxes->end(), betterFirst);
    return boxes;
}

Result<std::vector<Detection>> Detections::sample(std::size_t index, const ImageMapping *mapping,
                                                  RunControl &limits) const
{
    const Size size = sizeOf(index, mapping);
    if (size.width < 1 || size.height < 1)
        return failedPrecondition("The task \"detection\" needs a network that takes pictures; set "
                                  "\"task\" to \"tensor\", or \"input.width\" and "
                                  "\"input.height\", in the settings file.");
    const RawDetections raw = rawOf(index, size);
    auto boxes = boxesOf(raw);
    if (!boxes)
        return std::move(boxes).error();
    const Placement placement =
        mapping ? Placement(size.width, size.height, *mapping) : Placement(size.width, size.height);
    std::vector<Detection> detections;
    for (const RelativeBox &box : *boxes) {
        Detection found = laidOver(box, *m_model, m_family, placement);
        if (m_family && m_family->detail) {
            if (auto done = m_family->detail(raw, box, placement, found); !done)
                return decoderDiffers(*m_family, done.error());
        }
        if (auto room = limits.reserve(detectionBytes(found), "results"); !room)
            return std::move(room).error();
        if (auto going = limits.step(); !going)
            return std::move(going).error();
        detections.push_back(std::move(found));
    }
    return detections;
}

} // namespace warmbench
