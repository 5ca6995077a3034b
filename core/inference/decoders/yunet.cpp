#include "inference/decoders/yolo_rows.h"

#include <string>

namespace warmbench {

namespace {

// The part of one stride, or nothing where it is not there or of another size.
std::span<const float> partOf(const RawDetections &raw, const char *part, int stride,
                              std::size_t count)
{
    const std::string name = part + std::to_string(stride);
    const auto found =
        std::find_if(raw.outputs.begin(), raw.outputs.end(), [&](const OutputView &output) {
            return output.name == name && output.values.size() == count;
        });
    return found == raw.outputs.end() ? std::span<const float>() : found->values;
}

struct Grid
{
    int stride;
    int columns;
    std::size_t count;
};
Grid gridOf(const RawDetections &raw, int stride)
{
    const int columns = raw.width / stride;
    return {stride, columns,
            static_cast<std::size_t>(columns) * static_cast<std::size_t>(raw.height / stride)};
}

} // namespace

Result<std::vector<RelativeBox>> decodeYunet(const RawDetections &raw)
{
    KeptBoxes boxes(raw, KeptBoxes::Units::Pixels);
    std::size_t before = 0;
    for (const int stride : yoloStrides) {
        const Grid grid = gridOf(raw, stride);
        const auto unit = static_cast<float>(stride);
        const auto classes = partOf(raw, "cls_", stride, grid.count);
        const auto objects = partOf(raw, "obj_", stride, grid.count);
        const auto sides = partOf(raw, "bbox_", stride, grid.count * 4);
        if (classes.empty() || objects.empty() || sides.empty())
            return failedPrecondition("no outputs have this form");
        for (std::size_t i = 0; i < grid.count; ++i) {
            const float score =
                std::sqrt(std::clamp(classes[i], 0.0F, 1.0F) * std::clamp(objects[i], 0.0F, 1.0F));
            if (!boxes.counts(score))
                continue;
            const Cell at = cellOf(static_cast<int>(i), grid.columns);
            const auto box = sides.subspan(i * 4, 4);
            boxes.add(before + i, 0, score, edgesInCell(box, at, unit));
        }
        before += grid.count;
    }
    return boxes.take();
}

Result<void> detailYunet(const RawDetections &raw, const RelativeBox &box,
                         const Placement &placement, Detection &found)
{
    constexpr std::array names{"right eye", "left eye", "nose", "right corner of the mouth",
                               "left corner of the mouth"};
    std::size_t before = 0;
    for (const int stride : yoloStrides) {
        const Grid grid = gridOf(raw, stride);
        if (box.row < before + grid.count) {
            const std::size_t cell = box.row - before;
            const auto points = partOf(raw, "kps_", stride, grid.count * 2 * names.size());
            if (points.empty())
                return {}; // an export without points
            const Cell at = cellOf(static_cast<int>(cell), grid.columns);
            const auto unit = static_cast<float>(stride);
            for (std::size_t i = 0; i < names.size(); ++i) {
                const auto point = points.subspan(cell * 2 * names.size() + 2 * i, 2);
                const float x = (point[0] + at.x) * unit / static_cast<float>(raw.width);
                const float y = (point[1] + at.y) * unit / static_cast<float>(raw.height);
                const bool known = std::isfinite(x) && std::isfinite(y);
                found.keypoints.push_back(
                    {names[i], known ? placement.clamped(x, y) : Point(), known ? 1.0F : 0.0F});
            }
            return {};
        }
        before += grid.count;
    }
    return {};
}

} // namespace warmbench
