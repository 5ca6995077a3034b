#include "inference/decoders/mask_prototypes.h"
#include "inference/decoders/yolo_rows.h"

#include <fmt/format.h>

namespace warmbench {

namespace {

// The output of `count` planes.
Result<Prototypes> prototypesOf(const RawDetections &raw, std::size_t count)
{
    for (const OutputView &output : raw.outputs) {
        const auto &shape = output.shape;
        if (shape.size() != 3 || shape[0] != static_cast<std::int64_t>(count) || shape[1] < 1 ||
            shape[2] < 1)
            continue;
        return Prototypes{output.values, count, static_cast<int>(shape[2]),
                          static_cast<int>(shape[1])};
    }
    return failedPrecondition(
        fmt::format("there is no output of {} prototypes for its masks", count));
}

void addPoints(const RawDetections &raw, std::span<const float> numbers, const Placement &placement,
               Detection &found)
{
    const auto points = static_cast<std::size_t>(raw.settings.points);
    const std::size_t each = numbers.size() / points;
    for (std::size_t i = 0; i < points; ++i) {
        const auto point = numbers.subspan(i * each, each);
        const bool known = std::isfinite(point[0]) && std::isfinite(point[1]);
        Keypoint keypoint;
        keypoint.name =
            i < raw.settings.pointNames.size() ? raw.settings.pointNames[i] : std::to_string(i);
        if (known)
            keypoint.at = placement.clamped(point[0] / static_cast<float>(raw.width),
                                            point[1] / static_cast<float>(raw.height));
        keypoint.score = !known ? 0 : each > 2 ? point[2] : 1;
        found.keypoints.push_back(std::move(keypoint));
    }
}

} // namespace

Result<void> addExtras(const RawDetections &raw, std::span<const float> extras,
                       const Placement &placement, Detection &found)
{
    const auto masks = static_cast<std::size_t>(raw.settings.masks);
    const auto points = static_cast<std::size_t>(raw.settings.points);
    const bool pointsFit =
        points == 0 || extras.size() == 2 * points || extras.size() == 3 * points;
    if (extras.size() < masks || !pointsFit)
        return failedPrecondition(fmt::format(
            "{} numbers follow a box, which is too few for its mask or points", extras.size()));
    if (points > 0)
        addPoints(raw, extras, placement, found);
    if (masks == 0 || !raw.masksWanted)
        return {};
    const auto prototypes = prototypesOf(raw, masks);
    if (!prototypes)
        return prototypes.error();
    found.mask = assembledMask(*prototypes, extras.first(masks), placement, found);
    return {};
}

} // namespace warmbench
