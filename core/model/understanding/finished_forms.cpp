#include "model/understanding/finished_forms.h"

#include "model/understanding/detector_forms.h"
#include "model/understanding/form_parts.h"

#include <algorithm>

namespace warmbench {

namespace {

bool isWhole(DType dtype)
{
    return dtype == DType::Int64 || dtype == DType::Int32;
}

// The only input, if it takes three planes without a batch dimension, or pictures as usual.
bool takesPicture(const NetworkSpec &spec)
{
    if (spec.inputs.size() != 1)
        return false;
    const auto &shape = spec.inputs[0].shape;
    return shape.size() == 4 || (shape.size() == 3 && shape[0].size == 3);
}

Hints tensorFlow(const NetworkSpec &spec)
{
    return detector("TensorFlow detection, classes from 1", "tf-detection",
                    freeSize(stretched(plainNumbers(Channels::Rgb, 1, 0, 1)), spec, 640));
}

std::optional<Hints> tfDetection(const NetworkSpec &spec)
{
    const auto *const boxes = outputNamed(spec, "detection_boxes");
    if (boxes && endsWith(*boxes, 3, 4) && outputNamed(spec, "detection_classes") &&
        outputNamed(spec, "detection_scores"))
        return tensorFlow(spec);
    // tf2onnx may call the outputs Identity, Identity_1 and so on.
    if (!takesPicture(spec) || spec.inputs[0].dtype != DType::UInt8)
        return std::nullopt;
    const auto of = [&](auto fits) {
        return std::count_if(spec.outputs.begin(), spec.outputs.end(), [&](const auto &output) {
            return output.name.starts_with("Identity") && fits(output);
        });
    };
    const auto tables = of([](const TensorSpec &output) { return endsWith(output, 3, 4); });
    const auto lists = of([](const TensorSpec &output) { return output.shape.size() == 2; });
    const auto counts = of([](const TensorSpec &output) { return output.shape.size() == 1; });
    return tables >= 1 && lists >= 2 && counts == 1 ? std::optional(tensorFlow(spec))
                                                    : std::nullopt;
}

// Named as torchvision's dictionary, or the first three outputs in its order.
std::optional<Hints> torchvision(const NetworkSpec &spec)
{
    if (!takesPicture(spec) || spec.outputs.size() < 3)
        return std::nullopt;
    const bool named =
        outputNamed(spec, "boxes") && outputNamed(spec, "labels") && outputNamed(spec, "scores");
    const TensorSpec &boxes = named ? *outputNamed(spec, "boxes") : spec.outputs[0];
    const TensorSpec *labels = named ? outputNamed(spec, "labels") : &spec.outputs[1];
    const TensorSpec *scores = named ? outputNamed(spec, "scores") : &spec.outputs[2];
    if (!isWhole(labels->dtype))
        std::swap(labels, scores);
    if (!endsWith(boxes, 2, 4) || labels->shape.size() != 1 || scores->shape.size() != 1 ||
        !isWhole(labels->dtype) || isWhole(scores->dtype))
        return std::nullopt;
    InputSettings input = plainNumbers(Channels::Rgb, 1 / 255.0, 0, 1);
    input.antialias = true;
    const InputSettings free = freeSize(input, spec, 800); // the network's own shorter side
    return detector("torchvision detection, classes from 1", "torchvision-detection",
                    free.width ? letterboxed(free, 0, PadPosition::End) : stretched(input));
}

// Its preparation stands in pipeline.json, and differs from model to model.
std::optional<Hints> mmDeploy(const NetworkSpec &spec)
{
    const auto *const boxes = outputNamed(spec, "dets");
    const auto *const labels = outputNamed(spec, "labels");
    if (!boxes || !labels || !endsWith(*boxes, 3, 5) || labels->shape.size() != 2)
        return std::nullopt;
    InputSettings input;
    input.resize = ResizeMode::Letterbox;
    input.padPosition = PadPosition::End;
    return detector("MMDetection by MMDeploy", "mmdeploy", freeSize(std::move(input), spec, 640));
}

std::optional<Hints> numDets(const NetworkSpec &spec)
{
    const auto *const boxes = outputNamed(spec, "det_boxes");
    if (!boxes || !endsWith(*boxes, 3, 4) || !outputNamed(spec, "num_dets") ||
        !outputNamed(spec, "det_scores") || !outputNamed(spec, "det_classes"))
        return std::nullopt;
    return detector("YOLO detection with NMS inside", "num-dets", ultralyticsLetterbox());
}

std::optional<Hints> customVision(const NetworkSpec &spec)
{
    if (!outputNamed(spec, "detected_boxes") || !outputNamed(spec, "detected_classes") ||
        !outputNamed(spec, "detected_scores"))
        return std::nullopt;
    InputSettings input;
    input.resize = ResizeMode::Stretch;
    return detector("Azure Custom Vision detection", "custom-vision", std::move(input));
}

// Rows of seven: [D, 7] of YOLO v7, [1, 1, D, 7] of DetectionOutput.
std::optional<Hints> rowsOfSeven(const NetworkSpec &spec)
{
    if (!takesPicture(spec) || spec.outputs.size() != 1)
        return std::nullopt;
    const TensorSpec &rows = spec.outputs[0];
    if (endsWith(rows, 2, 7) && rows.shape[0].free())
        return detector("YOLO v7 detection with NMS inside", "yolov7-rows", ultralyticsLetterbox());
    if (!endsWith(rows, 4, 7) || rows.shape[0].size != 1 || rows.shape[1].size != 1)
        return std::nullopt;
    InputSettings input;
    input.resize = ResizeMode::Stretch; // range and order differ from model to model
    return detector("SSD detection", "ssd", std::move(input));
}

std::optional<Hints> yoloNas(const NetworkSpec &spec)
{
    if (!takesPicture(spec) || spec.inputs[0].shape.size() != 4 || spec.outputs.size() != 2)
        return std::nullopt;
    const bool boxesFirst = endsWith(spec.outputs[0], 3, 4);
    const TensorSpec &boxes = spec.outputs[boxesFirst ? 0 : 1];
    const TensorSpec &scores = spec.outputs[boxesFirst ? 1 : 0];
    const std::int64_t height = spec.inputs[0].shape[2].size;
    const std::int64_t width = spec.inputs[0].shape[3].size;
    if (height < 32 || width < 32 || !endsWith(boxes, 3, 4) || scores.shape.size() != 3 ||
        scores.shape[2].size < 1)
        return std::nullopt;
    std::int64_t places = 0;
    for (const std::int64_t stride : {8, 16, 32})
        places += (height / stride) * (width / stride);
    if (boxes.shape[1].size != places || scores.shape[1].size != places)
        return std::nullopt;
    return detector("YOLO-NAS detection", "yolo-nas", ultralyticsLetterbox());
}

} // namespace

std::optional<Hints> finishedFormHints(const NetworkSpec &spec)
{
    for (const auto form :
         {tfDetection, torchvision, mmDeploy, numDets, customVision, rowsOfSeven, yoloNas}) {
        if (auto hints = form(spec))
            return hints;
    }
    return std::nullopt;
}

} // namespace warmbench
