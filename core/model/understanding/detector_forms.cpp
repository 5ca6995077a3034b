#include "model/understanding/detector_forms.h"

#include <algorithm>
#include <array>
#include <set>

namespace warmbench {

namespace {

constexpr std::int64_t mostRows = 1000; // of finished detections
constexpr std::int64_t firstClass5 = 5; // column after box and objectness
constexpr std::int64_t firstClass8 = 4; // after the box

// Transformers keep 384, 768 or so many numbers of each place, which look like classes.
bool mayBeFeatures(std::int64_t numbers)
{
    return numbers >= 128 && numbers % 64 == 0;
}

struct Sides
{
    std::int64_t height = 0;
    std::int64_t width = 0;

    // Places of a grid of this stride.
    std::int64_t places(std::int64_t stride) const
    {
        return ((height + stride - 1) / stride) * ((width + stride - 1) / stride);
    }
    std::int64_t allPlaces() const { return places(8) + places(16) + places(32); }
};

// The sides of the picture that the only input takes; nothing if it takes none, or of any size.
std::optional<Sides> sidesOf(const NetworkSpec &spec)
{
    if (spec.inputs.size() != 1 || spec.inputs[0].shape.size() != 4)
        return std::nullopt;
    const auto &shape = spec.inputs[0].shape;
    const bool first = shape[1].size == 3 || shape[1].size == 1;
    const Sides sides{shape[first ? 2 : 1].size, shape[first ? 3 : 2].size};
    if (sides.height < 1 || sides.width < 1)
        return std::nullopt;
    return sides;
}

const TensorSpec *outputNamed(const NetworkSpec &spec, std::string_view name)
{
    const auto found = std::find_if(spec.outputs.begin(), spec.outputs.end(),
                                    [&](const TensorSpec &output) { return output.name == name; });
    return found == spec.outputs.end() ? nullptr : &*found;
}

bool isTable(const TensorSpec &output, std::int64_t rows, std::int64_t columns)
{
    return output.shape.size() == 3 && output.shape[1].size == rows &&
           output.shape[2].size == columns;
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

std::optional<Hints> ultraface(const NetworkSpec &spec, const Sides &sides)
{
    const std::int64_t priors =
        3 * sides.places(8) + 2 * sides.places(16) + 2 * sides.places(32) + 3 * sides.places(64);
    const auto *const scores = outputNamed(spec, "scores");
    const auto *const boxes = outputNamed(spec, "boxes");
    if (!scores || !boxes || !isTable(*scores, priors, 2) || !isTable(*boxes, priors, 4))
        return std::nullopt;
    auto hints = detector("Ultra-light face detection", "ultraface",
                          stretched(plainNumbers(Channels::Rgb, 1, 127, 128)));
    hints.labels = {"background", "face"};
    return hints;
}

std::optional<Hints> yunet(const NetworkSpec &spec, const Sides &sides)
{
    for (const std::int64_t stride : {8, 16, 32}) {
        constexpr std::array<std::pair<const char *, int>, 4> parts{
            {{"cls_", 1}, {"obj_", 1}, {"bbox_", 4}, {"kps_", 10}}};
        for (const auto &[name, columns] : parts) {
            const auto *const output = outputNamed(spec, name + std::to_string(stride));
            if (!output || !isTable(*output, sides.places(stride), columns))
                return std::nullopt;
        }
    }
    auto hints = detector("YuNet face detection", "yunet",
                          letterboxed(plainNumbers(Channels::Bgr, 1, 0, 1), 0, PadPosition::End));
    hints.labels = {"face"};
    return hints;
}

std::optional<Hints> yolo(const NetworkSpec &spec, const Sides &sides)
{
    const TensorSpec &output = spec.outputs.front();
    if (output.shape.size() != 3 || output.shape[1].free() || output.shape[2].free())
        return std::nullopt;
    const std::int64_t rows = output.shape[1].size;
    const std::int64_t columns = output.shape[2].size;
    const std::int64_t places = sides.allPlaces();
    if (columns == places && rows < columns && rows > firstClass8 && !mayBeFeatures(rows))
        return detector("YOLO v8 detection", "yolov8", ultralyticsLetterbox());
    if (columns <= firstClass5 || mayBeFeatures(columns))
        return std::nullopt;
    if (rows == 3 * places)
        return detector("YOLO v5 detection", "yolov5", ultralyticsLetterbox());
    if (rows == places && output.name == "outputs")
        return detector("YOLO v6 detection", "yolov5", ultralyticsLetterbox());
    if (rows == places)
        return detector("YOLOX detection", "yolox",
                        letterboxed(plainNumbers(Channels::Bgr, 1, 0, 1), 114, PadPosition::End));
    if (rows == sides.places(16))
        return detector("FastestDet detection", "fastestdet",
                        stretched(plainNumbers(Channels::Bgr, 1 / 255.0, 0, 1)));
    if (columns == 6 && rows <= mostRows)
        return detector("End-to-end YOLO detection", "yolo-rows", ultralyticsLetterbox());
    return std::nullopt;
}

} // namespace

InputSettings ultralyticsLetterbox()
{
    return letterboxed(plainNumbers(Channels::Rgb, 1 / 255.0, 0, 1), 114, PadPosition::Centre);
}

std::optional<Hints> detectorFormHints(const NetworkSpec &spec)
{
    const auto sides = sidesOf(spec);
    if (!sides || spec.outputs.empty())
        return std::nullopt;
    for (const auto form : {ultraface, yunet, yolo}) {
        if (auto hints = form(spec, *sides))
            return hints;
    }
    return std::nullopt;
}

} // namespace warmbench
