#include "model/understanding/segmentation_forms.h"

#include <fmt/format.h>

namespace warmbench {

namespace {

constexpr std::int64_t mostClasses = 256;
constexpr std::int64_t vocClasses = 21;

bool isPicture(const TensorSpec &input)
{
    const auto channels = [](const Dimension &d) { return d.size == 1 || d.size == 3; };
    return input.shape.size() == 4 && (channels(input.shape[1]) || channels(input.shape[3]));
}

// Pictures are [B, 3, H, W] and [B, 1, H, W]; what has 3 planes is one.
bool countsClasses(std::int64_t extent)
{
    return (extent == 2 || extent >= 4) && extent <= mostClasses;
}

bool sameSides(const Dimension &height, const Dimension &width, const Dimension &inputHeight,
               const Dimension &inputWidth)
{
    return height.size > 1 && width.size > 1 && height.size == inputHeight.size &&
           width.size == inputWidth.size;
}

// DeepLab's sides are 1 more than a multiple of 32.
bool isDeepLab(std::int64_t classes, std::int64_t height, std::int64_t width)
{
    return classes == vocClasses && height % 32 == 1 && width % 32 == 1;
}

InputSettings deepLabInput()
{
    InputSettings input;
    input.channels = Channels::Rgb;
    input.resize = ResizeMode::Stretch;
    input.interpolation = Interpolation::Bilinear;
    input.antialias = false;
    input.scale = 1 / 127.5;
    input.mean = {1};
    input.std = {1};
    return input;
}

// A class for each pixel, as argmax gives it: whole numbers [N, H, W] or [N, 1, H, W].
bool isClassMap(const TensorSpec &output, const Dimension &height, const Dimension &width)
{
    const auto &shape = output.shape;
    const bool whole = output.dtype == DType::Int64 || output.dtype == DType::Int32;
    if (!whole || shape.size() < 3 || shape.size() > 4 || (shape.size() == 4 && shape[1].size != 1))
        return false;
    const Dimension &rows = shape[shape.size() - 2];
    const Dimension &columns = shape.back();
    return rows.size == height.size && columns.size == width.size && rows.size != 1;
}

} // namespace

std::optional<Hints> segmentationFormHints(const NetworkSpec &spec)
{
    if (spec.inputs.size() != 1 || spec.outputs.size() != 1 || !isPicture(spec.inputs[0]))
        return std::nullopt;
    const auto &in = spec.inputs[0].shape;
    const auto &out = spec.outputs[0].shape;
    const bool inputLast = in[1].size != 1 && in[1].size != 3;
    const Dimension &height = in[inputLast ? 1 : 2];
    const Dimension &width = in[inputLast ? 2 : 3];
    if (isClassMap(spec.outputs[0], height, width)) {
        Hints map;
        map.origin = Origin::Form;
        map.source = "output form";
        map.summary = "Semantic segmentation";
        map.task = Task::Segmentation;
        return map;
    }
    if (out.size() != 4)
        return std::nullopt;
    const bool last = countsClasses(out[3].size) && sameSides(out[1], out[2], height, width);
    const bool first = countsClasses(out[1].size) && sameSides(out[2], out[3], height, width);
    if (!last && !first)
        return std::nullopt;
    const std::int64_t classes = out[last ? 3 : 1].size;
    Hints hints;
    hints.origin = Origin::Form;
    hints.source = "output form";
    hints.summary = fmt::format("Semantic segmentation, {} classes", classes);
    hints.task = Task::Segmentation;
    if (last && inputLast && isDeepLab(classes, height.size, width.size)) {
        hints.summary = "DeepLab semantic segmentation";
        hints.input = deepLabInput();
        hints.labels = {"background", "aeroplane",    "bicycle", "bird",  "boat",
                        "bottle",     "bus",          "car",     "cat",   "chair",
                        "cow",        "dining table", "dog",     "horse", "motorbike",
                        "person",     "potted plant", "sheep",   "sofa",  "train",
                        "tv/monitor"};
    }
    return hints;
}

} // namespace warmbench
