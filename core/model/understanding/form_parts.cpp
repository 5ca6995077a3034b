#include "model/understanding/form_parts.h"

#include <algorithm>

namespace warmbench {

namespace {

const TensorSpec *named(const std::vector<TensorSpec> &tensors, std::string_view name)
{
    const auto found = std::find_if(tensors.begin(), tensors.end(), [&](const TensorSpec &one) {
        return std::string_view(one.name).substr(0, one.name.find(':')) == name;
    });
    return found == tensors.end() ? nullptr : &*found;
}

bool hasFreeSides(const NetworkSpec &spec)
{
    const auto picture = std::find_if(spec.inputs.begin(), spec.inputs.end(), [](const auto &one) {
        return one.shape.size() == 3 || one.shape.size() == 4;
    });
    // Whether channels stand first or last, two of the last three are the sides.
    return picture != spec.inputs.end() &&
           std::count_if(picture->shape.end() - 3, picture->shape.end(),
                         [](const Dimension &extent) { return extent.free(); }) >= 2;
}

} // namespace

const TensorSpec *inputNamed(const NetworkSpec &spec, std::string_view name)
{
    return named(spec.inputs, name);
}

const TensorSpec *outputNamed(const NetworkSpec &spec, std::string_view name)
{
    return named(spec.outputs, name);
}

bool endsWith(const TensorSpec &tensor, std::size_t rank, std::int64_t last)
{
    return tensor.shape.size() == rank && tensor.shape.back().size == last;
}

Hints detector(const char *summary, const char *decoder, InputSettings input)
{
    Hints hints;
    hints.origin = Origin::Form;
    hints.source = "output form";
    hints.summary = summary;
    hints.task = Task::Detection;
    hints.decoder = decoderDefaults(decoder);
    hints.input = std::move(input);
    return hints;
}

InputSettings plainNumbers(Channels channels, double scale, double mean, double std)
{
    InputSettings input;
    input.channels = channels;
    input.interpolation = Interpolation::Bilinear;
    input.antialias = false; // these projects resize with OpenCV
    input.scale = scale;
    input.mean = {mean};
    input.std = {std};
    return input;
}

InputSettings imagenetNumbers()
{
    InputSettings input = plainNumbers(Channels::Rgb, 1 / 255.0, 0, 1);
    input.antialias = true;
    input.mean = {0.485, 0.456, 0.406};
    input.std = {0.229, 0.224, 0.225};
    return input;
}

InputSettings stretched(InputSettings input)
{
    input.resize = ResizeMode::Stretch;
    return input;
}

InputSettings letterboxed(InputSettings input, double padValue, PadPosition position)
{
    input.resize = ResizeMode::Letterbox;
    input.padValue = padValue;
    input.padPosition = position;
    return input;
}

InputSettings freeSize(InputSettings input, const NetworkSpec &spec, int side)
{
    if (hasFreeSides(spec))
        input.width = input.height = side;
    return input;
}

InputSettings shorterSide(InputSettings input, const NetworkSpec &spec, int side, int longest)
{
    if (!hasFreeSides(spec))
        return input;
    input.resize = ResizeMode::Fit;
    input.shorterSide = side;
    input.shrink = true;
    input.longestSide = longest;
    return input;
}

} // namespace warmbench
