// Detectors whose graphs hold everything up to the finished boxes, and YOLO-NAS, whose boxes still
// overlap.
#include "inference/decoders/kept_boxes.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace warmbench {

namespace {

using Units = KeptBoxes::Units;

// The output with this name, without TensorFlow's ":0". Null: there is none.
const OutputView *named(const RawDetections &raw, std::string_view name)
{
    const auto found =
        std::find_if(raw.outputs.begin(), raw.outputs.end(), [&](const OutputView &output) {
            return output.name.substr(0, output.name.find(':')) == name;
        });
    return found == raw.outputs.end() ? nullptr : &*found;
}

// Some exports keep a batch of one, others have none: leading ones are left out.
std::span<const std::int64_t> withoutOnes(const OutputView &output, std::size_t rank)
{
    auto shape = output.shape;
    while (shape.size() > rank && shape.front() == 1)
        shape = shape.subspan(1);
    return shape;
}

bool isTable(const OutputView &output, std::int64_t columns)
{
    const auto shape = withoutOnes(output, 2);
    return shape.size() == 2 && shape[1] == columns &&
           output.values.size() == static_cast<std::size_t>(shape[0] * columns);
}

// Finished detections, as three or four outputs have them.
struct Parts
{
    const OutputView *boxes = nullptr; // [N, columns], the four edges first
    const OutputView *scores = nullptr;
    const OutputView *classes = nullptr;
    const OutputView *count = nullptr; // how many of the N are filled; null: all
    std::int64_t columns = 4;
};

struct Form
{
    Units units = Units::Pixels;
    bool topFirst = false; // top, left, bottom, right
};

// Programs lie about how many there are; a number that is none counts as all.
std::size_t countOf(const OutputView *output, std::size_t rows)
{
    if (!output || output->values.size() != 1 || !std::isfinite(output->values[0]))
        return rows;
    const float told = output->values[0];
    return told >= static_cast<float>(rows) ? rows : static_cast<std::size_t>(std::max(told, 0.0F));
}

Result<std::vector<RelativeBox>> finished(const RawDetections &raw, const Parts &parts,
                                          const Form &form)
{
    if (!parts.boxes || !parts.scores || !parts.classes)
        return failedPrecondition("the model has no outputs of these names");
    const auto columns = static_cast<std::size_t>(parts.columns);
    const std::size_t rows = parts.boxes->values.size() / columns;
    const bool inBoxes = parts.scores == parts.boxes; // the score is their last column
    if (!isTable(*parts.boxes, parts.columns) || parts.classes->values.size() != rows ||
        (!inBoxes && parts.scores->values.size() != rows))
        return failedPrecondition("they do not have as many boxes as scores and classes");
    KeptBoxes kept(raw, form.units);
    for (std::size_t row = 0; row < countOf(parts.count, rows); ++row) {
        const auto at = parts.boxes->values.subspan(row * columns, columns);
        const float score = inBoxes ? at.back() : parts.scores->values[row];
        kept.addFinished(row, parts.classes->values[row], score,
                         form.topFirst ? Edges{at[1], at[0], at[3], at[2]}
                                       : Edges{at[0], at[1], at[2], at[3]});
    }
    return kept.take();
}

bool areWhole(std::span<const float> values)
{
    return std::all_of(values.begin(), values.end(),
                       [](float value) { return value == std::trunc(value); });
}

// After tf2onnx the outputs may be called Identity, Identity_1 and so on. They stand in the order
// of their former names: classes before scores.
Parts tfPartsByShape(const RawDetections &raw)
{
    Parts parts;
    for (const OutputView &output : raw.outputs) {
        if (!parts.boxes && output.shape.size() == 2 && output.shape[1] == 4)
            parts.boxes = &output;
    }
    if (!parts.boxes)
        return parts;
    std::vector<const OutputView *> lists;
    for (const OutputView &output : raw.outputs) {
        if (output.values.size() == 1 && output.shape.empty())
            parts.count = &output;
        else if (output.shape.size() == 1 && output.shape[0] == parts.boxes->shape[0])
            lists.push_back(&output);
    }
    // A list of anchors' indices comes before those two.
    if (lists.size() < 2)
        return parts;
    parts.classes = lists[lists.size() - 2];
    parts.scores = lists.back();
    if (!areWhole(parts.classes->values) && areWhole(parts.scores->values))
        std::swap(parts.classes, parts.scores);
    return parts;
}

} // namespace

Result<std::vector<RelativeBox>> decodeDetrFinished(const RawDetections &raw)
{
    return finished(raw, {named(raw, "boxes"), named(raw, "scores"), named(raw, "labels")}, {});
}

Result<std::vector<RelativeBox>> decodeTorchvision(const RawDetections &raw)
{
    Parts parts{named(raw, "boxes"), named(raw, "scores"), named(raw, "labels")};
    // Without names given at the export, they stand in the order boxes, labels, scores where the
    // model has no masks or points; labels are whole numbers.
    if ((!parts.boxes || !parts.scores || !parts.classes) && raw.outputs.size() >= 3) {
        parts = {raw.outputs.data(), &raw.outputs[1], &raw.outputs[2]};
        if (areWhole(parts.scores->values))
            std::swap(parts.scores, parts.classes);
    }
    return finished(raw, parts, {});
}

Result<std::vector<RelativeBox>> decodeTfDetection(const RawDetections &raw)
{
    Parts parts{named(raw, "detection_boxes"), named(raw, "detection_scores"),
                named(raw, "detection_classes"), named(raw, "num_detections")};
    if (!parts.boxes && !parts.scores && !parts.classes)
        parts = tfPartsByShape(raw);
    return finished(raw, parts, {Units::Fractions, true});
}

Result<std::vector<RelativeBox>> decodeMmDeploy(const RawDetections &raw)
{
    const auto *const boxes = named(raw, "dets");
    return finished(raw, {boxes, boxes, named(raw, "labels"), nullptr, 5}, {});
}

Result<std::vector<RelativeBox>> decodeNumDets(const RawDetections &raw)
{
    return finished(raw,
                    {named(raw, "det_boxes"), named(raw, "det_scores"), named(raw, "det_classes"),
                     named(raw, "num_dets")},
                    {});
}

Result<std::vector<RelativeBox>> decodeCustomVision(const RawDetections &raw)
{
    return finished(raw,
                    {named(raw, "detected_boxes"), named(raw, "detected_scores"),
                     named(raw, "detected_classes")},
                    {Units::Fractions, false});
}

Result<std::vector<RelativeBox>> decodeYolov7Rows(const RawDetections &raw)
{
    constexpr std::size_t columns = 7;
    for (const OutputView &output : raw.outputs) {
        if (!isTable(output, columns))
            continue;
        KeptBoxes kept(raw, Units::Pixels);
        for (std::size_t row = 0; row < output.values.size() / columns; ++row) {
            const auto at = output.values.subspan(row * columns, columns);
            if (at[0] == static_cast<float>(raw.sample))
                kept.addFinished(row, at[5], at[6], {at[1], at[2], at[3], at[4]});
        }
        return kept.take();
    }
    return failedPrecondition("no output has this form");
}

Result<std::vector<RelativeBox>> decodeYoloNas(const RawDetections &raw)
{
    if (raw.outputs.size() < 2)
        return failedPrecondition("the model has a single output");
    const bool boxesFirst = isTable(raw.outputs[0], 4);
    const OutputView &boxes = raw.outputs[boxesFirst ? 0 : 1];
    const OutputView &scores = raw.outputs[boxesFirst ? 1 : 0];
    const std::size_t rows = boxes.values.size() / 4;
    const auto scored = withoutOnes(scores, 2);
    if (!isTable(boxes, 4) || scored.size() != 2 || scored[1] < 1 || !isTable(scores, scored[1]) ||
        static_cast<std::size_t>(scored[0]) != rows)
        return failedPrecondition("they do not have as many boxes as rows of scores");
    const auto classes = static_cast<std::size_t>(scored[1]);
    KeptBoxes kept(raw, Units::Pixels);
    for (std::size_t row = 0; row < rows; ++row) {
        const auto own = scores.values.subspan(row * classes, classes);
        const auto best = std::max_element(own.begin(), own.end());
        const auto at = boxes.values.subspan(row * 4, 4);
        kept.addFinished(row, static_cast<float>(best - own.begin()), *best,
                         {at[0], at[1], at[2], at[3]});
    }
    return kept.take();
}

} // namespace warmbench
