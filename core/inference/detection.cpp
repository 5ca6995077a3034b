#include "inference/detection.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace warmbench {

namespace {

struct PriorLevel
{
    int stride;
    std::vector<float> sizes; // pixels of the network's input
};

// The ONNX export has corners, in order and in or near the picture; offsets are neither.
bool areCorners(std::span<const float> boxes)
{
    std::size_t ordered = 0;
    const std::size_t count = boxes.size() / 4;
    for (std::size_t i = 0; i < count; ++i) {
        const auto box = boxes.subspan(i * 4, 4);
        ordered += box[0] <= box[2] && box[1] <= box[3] ? 1 : 0;
    }
    return ordered * 100 >= count * 99;
}

float clampFraction(float value)
{
    return std::clamp(value, 0.0F, 1.0F);
}

bool finite(const RelativeBox &box)
{
    return std::isfinite(box.left) && std::isfinite(box.top) && std::isfinite(box.right) &&
           std::isfinite(box.bottom);
}

float intersectionOverUnion(const RelativeBox &a, const RelativeBox &b)
{
    const float width = std::min(a.right, b.right) - std::max(a.left, b.left);
    const float height = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
    if (width <= 0 || height <= 0)
        return 0;
    const float shared = width * height;
    const float area =
        (a.right - a.left) * (a.bottom - a.top) + (b.right - b.left) * (b.bottom - b.top);
    return shared / (area - shared);
}

// Liu et al., SSD: Single Shot MultiBox Detector (2016), section 2.2, with the variances of the
// Caffe implementation.
RelativeBox decodeOffsets(std::span<const float> offsets, const std::array<float, 4> &prior)
{
    constexpr float centreVariance = 0.1F;
    constexpr float sizeVariance = 0.2F;
    const float x = offsets[0] * centreVariance * prior[2] + prior[0];
    const float y = offsets[1] * centreVariance * prior[3] + prior[1];
    const float width = std::exp(offsets[2] * sizeVariance) * prior[2];
    const float height = std::exp(offsets[3] * sizeVariance) * prior[3];
    return {0, 0, x - width / 2, y - height / 2, x + width / 2, y + height / 2};
}

} // namespace

std::vector<std::array<float, 4>> ultrafacePriors(int width, int height)
{
    const std::vector<PriorLevel> levels{
        {8, {10, 16, 24}}, {16, {32, 48}}, {32, {64, 96}}, {64, {128, 192, 256}}};
    std::vector<std::array<float, 4>> priors;
    const auto w = static_cast<float>(width);
    const auto h = static_cast<float>(height);
    for (const PriorLevel &level : levels) {
        const auto stride = static_cast<float>(level.stride);
        const int columns = (width + level.stride - 1) / level.stride;
        const int rows = (height + level.stride - 1) / level.stride;
        for (int row = 0; row < rows; ++row) {
            for (int column = 0; column < columns; ++column) {
                for (const float size : level.sizes) {
                    priors.push_back(
                        {clampFraction((static_cast<float>(column) + 0.5F) * stride / w),
                         clampFraction((static_cast<float>(row) + 0.5F) * stride / h),
                         clampFraction(size / w), clampFraction(size / h)});
                }
            }
        }
    }
    return priors;
}

Result<std::vector<RelativeBox>> decodeUltraface(std::span<const float> scores,
                                                 std::span<const float> boxes, int inputWidth,
                                                 int inputHeight, double scoreThreshold)
{
    const std::size_t count = boxes.size() / 4;
    const bool corners = areCorners(boxes);
    std::vector<std::array<float, 4>> priors;
    if (!corners) {
        priors = ultrafacePriors(inputWidth, inputHeight);
        if (priors.size() != count)
            return failedPrecondition(fmt::format(
                "The ultraface decoder expects {} boxes for an input of {}x{} pixels, but the "
                "network gives {}; "
                "set input width and height in the settings to what the network was trained on.",
                priors.size(), inputWidth, inputHeight, count));
    }
    std::vector<RelativeBox> found;
    for (std::size_t i = 0; i < count; ++i) {
        const float score = scores[i * 2 + 1];
        if (!(score >= static_cast<float>(scoreThreshold)))
            continue;
        const auto raw = boxes.subspan(i * 4, 4);
        RelativeBox box = corners ? RelativeBox{0, 0, raw[0], raw[1], raw[2], raw[3]}
                                  : decodeOffsets(raw, priors[i]);
        box.index = 1; // 0 is the background
        box.score = score;
        if (finite(box))
            found.push_back(box);
    }
    return found;
}

std::vector<RelativeBox> decodeSsd(std::span<const float> rows, int image, double scoreThreshold)
{
    constexpr std::size_t rowLength = 7;
    constexpr float largestClass = 1 << 24; // above this a float cannot hold every whole number
    std::vector<RelativeBox> found;
    for (std::size_t at = 0; at + rowLength <= rows.size(); at += rowLength) {
        const auto row = rows.subspan(at, rowLength);
        if (row[0] < 0)
            break;
        // These are compared as floats, because a float that is no class or image number must not
        // be cast to one.
        const bool wanted = row[0] == static_cast<float>(image) && row[1] >= 0 &&
                            row[1] <= largestClass && row[2] >= static_cast<float>(scoreThreshold);
        if (!wanted)
            continue;
        const RelativeBox box{static_cast<int>(row[1]), row[2], row[3], row[4], row[5], row[6]};
        if (finite(box))
            found.push_back(box);
    }
    return found;
}

bool betterFirst(const RelativeBox &one, const RelativeBox &other)
{
    return one.score > other.score;
}

std::vector<RelativeBox> nonMaximumSuppression(std::vector<RelativeBox> boxes, double threshold,
                                               std::size_t most)
{
    constexpr std::size_t mostCompared = 30'000;
    std::stable_sort(boxes.begin(), boxes.end(), betterFirst);
    boxes.resize(std::min(boxes.size(), mostCompared));
    std::vector<RelativeBox> kept;
    for (const RelativeBox &box : boxes) {
        if (kept.size() == most)
            break;
        const bool covered = std::any_of(kept.begin(), kept.end(), [&](const RelativeBox &better) {
            return better.index == box.index &&
                   intersectionOverUnion(better, box) > static_cast<float>(threshold);
        });
        if (!covered)
            kept.push_back(box);
    }
    return kept;
}

} // namespace warmbench
