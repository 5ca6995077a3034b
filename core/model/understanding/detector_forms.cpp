#include "model/understanding/detector_forms.h"

#include "model/understanding/finished_forms.h"
#include "model/understanding/form_parts.h"
#include "model/understanding/transformer_forms.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

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

bool isTable(const TensorSpec &output, std::int64_t rows, std::int64_t columns)
{
    return output.shape.size() == 3 && output.shape[1].size == rows &&
           output.shape[2].size == columns;
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

// Coefficients of the prototypes that a second output holds, at a quarter of the input's sides; 0:
// there is none.
int maskCoefficients(const NetworkSpec &spec, const Sides &sides)
{
    if (spec.outputs.size() != 2 || spec.outputs[1].shape.size() != 4)
        return 0;
    const auto &shape = spec.outputs[1].shape;
    const bool fits = shape[2].size * 4 == sides.height && shape[3].size * 4 == sides.width &&
                      shape[1].size >= 1 && shape[1].size <= 256;
    return fits ? static_cast<int>(shape[1].size) : 0;
}

Hints yoloHints(std::string_view version, const char *decoder, int masks, InputSettings input)
{
    auto hints =
        detector(fmt::format("{} {}", version, masks > 0 ? "segmentation" : "detection").c_str(),
                 decoder, std::move(input));
    hints.decoder->masks = masks;
    return hints;
}

// Rows of box, score and class: as many as exporters give, which are hundreds, so that they are no
// grid's places. An angle or the 17 points of a person may follow.
std::optional<Hints> finishedRows(std::int64_t rows, std::int64_t columns, int masks)
{
    constexpr std::int64_t hundred = 100;
    constexpr int pointsOfPerson = 17;
    if (rows < hundred || rows > mostRows || rows % hundred != 0)
        return std::nullopt;
    if (columns == 6 + masks)
        return yoloHints("End-to-end YOLO", "yolo-rows", masks, ultralyticsLetterbox());
    if (columns == 7) {
        auto hints =
            detector("End-to-end YOLO oriented boxes", "yolo-rows", ultralyticsLetterbox());
        hints.decoder->oriented = true;
        return hints;
    }
    if (columns == 6 + 3 * pointsOfPerson) {
        auto hints = detector("End-to-end YOLO pose", "yolo-rows", ultralyticsLetterbox());
        hints.decoder->points = pointsOfPerson;
        return hints;
    }
    return std::nullopt;
}

std::optional<Hints> yolo(const NetworkSpec &spec, const Sides &sides)
{
    const TensorSpec &output = spec.outputs.front();
    if (output.shape.size() != 3 || output.shape[1].free() || output.shape[2].free())
        return std::nullopt;
    const std::int64_t rows = output.shape[1].size;
    const std::int64_t columns = output.shape[2].size;
    const int masks = maskCoefficients(spec, sides);
    if (auto finished = finishedRows(rows, columns, masks))
        return finished;
    // Networks for large pictures have a fourth grid.
    const std::int64_t wide = sides.allPlaces() + sides.places(64);
    const bool large = columns == wide || rows == 3 * wide;
    const std::int64_t places = large ? wide : sides.allPlaces();
    if (columns == places && rows < columns && rows > firstClass8 && !mayBeFeatures(rows))
        return yoloHints("YOLO v8", "yolov8", masks, ultralyticsLetterbox());
    if (columns <= firstClass5 || mayBeFeatures(columns))
        return std::nullopt;
    if (rows == 3 * places)
        return yoloHints("YOLO v5", "yolov5", masks, ultralyticsLetterbox());
    if (rows == places && output.name == "outputs")
        return detector("YOLO v6 detection", "yolov5", ultralyticsLetterbox());
    if (rows == places)
        return detector("YOLOX detection", "yolox",
                        letterboxed(plainNumbers(Channels::Bgr, 1, 0, 1), 114, PadPosition::End));
    if (rows == sides.places(16))
        return detector("FastestDet detection", "fastestdet",
                        stretched(plainNumbers(Channels::Bgr, 1 / 255.0, 0, 1)));
    if (columns == 6 + masks && rows <= mostRows)
        return yoloHints("End-to-end YOLO", "yolo-rows", masks, ultralyticsLetterbox());
    return std::nullopt;
}

} // namespace

InputSettings ultralyticsLetterbox()
{
    return letterboxed(plainNumbers(Channels::Rgb, 1 / 255.0, 0, 1), 114, PadPosition::Centre);
}

std::optional<Hints> detectorFormHints(const NetworkSpec &spec)
{
    for (const auto form : {transformerFormHints, finishedFormHints}) {
        if (auto hints = form(spec))
            return hints;
    }
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
