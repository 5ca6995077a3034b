#include "inference/decoders/mask_prototypes.h"

#include "inference/sampling_axis.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace warmbench {

namespace {

// The sum of the prototypes within the part that the axes need, row by row.
std::vector<float> summed(const Prototypes &prototypes, std::span<const float> coefficients,
                          const SamplingAxis &across, const SamplingAxis &down)
{
    const std::size_t width = across.count();
    const std::size_t height = down.count();
    std::vector<float> sum(width * height, 0);
    const auto plane =
        static_cast<std::size_t>(prototypes.width) * static_cast<std::size_t>(prototypes.height);
    for (std::size_t k = 0; k < prototypes.count; ++k) {
        const float factor = coefficients[k];
        for (std::size_t y = 0; y < height; ++y) {
            const float *const from = prototypes.values.data() + k * plane +
                                      (static_cast<std::size_t>(down.first) + y) *
                                          static_cast<std::size_t>(prototypes.width) +
                                      static_cast<std::size_t>(across.first);
            float *const to = sum.data() + y * width;
            for (std::size_t x = 0; x < width; ++x)
                to[x] += factor * from[x];
        }
    }
    return sum;
}

// One row of the picture: the pixels between two of the prototypes' are all within where both are,
// and none where neither is.
void addSpans(std::span<const float> values, const SamplingAxis &across, int row, int left,
              std::vector<Mask::Span> &spans)
{
    const auto count = static_cast<int>(across.before.size());
    int begun = -1;
    const auto end = [&](int pixel) {
        if (begun >= 0)
            spans.push_back({row, left + begun, left + pixel});
        begun = -1;
    };
    for (int pixel = 0; pixel < count;) {
        const int before = across.before[static_cast<std::size_t>(pixel)];
        const auto at = static_cast<std::size_t>(before - across.first);
        const float here = values[at];
        const float next = values[std::min(at + 1, values.size() - 1)];
        int beyond = pixel;
        while (beyond < count && across.before[static_cast<std::size_t>(beyond)] == before)
            ++beyond;
        for (; pixel < beyond; ++pixel) {
            const bool whole = here > 0 && next > 0;
            const bool within =
                whole || here + (next - here) * across.beyond[static_cast<std::size_t>(pixel)] > 0;
            if (within && begun < 0)
                begun = pixel;
            if (!within)
                end(pixel);
            if (whole || (here <= 0 && next <= 0)) {
                pixel = beyond;
                break;
            }
        }
    }
    end(count);
}

} // namespace

Mask assembledMask(const Prototypes &prototypes, std::span<const float> coefficients,
                   const Placement &placement, const Detection &found)
{
    Mask mask;
    mask.width = placement.pictureWidth();
    mask.height = placement.pictureHeight();
    const int left = static_cast<int>(std::ceil(found.left));
    const int top = static_cast<int>(std::ceil(found.top));
    const int right = std::min(static_cast<int>(std::ceil(found.right)), mask.width);
    const int bottom = std::min(static_cast<int>(std::ceil(found.bottom)), mask.height);
    if (left >= right || top >= bottom || prototypes.values.empty())
        return mask;
    const ImageMapping &map = placement.mapping();
    const SamplingAxis across =
        samplingAxis(left, right, map.scaleX * placement.inputWidth() / prototypes.width,
                     map.offsetX, prototypes.width);
    const SamplingAxis down =
        samplingAxis(top, bottom, map.scaleY * placement.inputHeight() / prototypes.height,
                     map.offsetY, prototypes.height);
    const auto sum = summed(prototypes, coefficients, across, down);
    const std::size_t width = across.count();
    std::vector<float> between(width);
    for (int row = top; row < bottom; ++row) {
        const auto at = static_cast<std::size_t>(row - top);
        const auto upper = static_cast<std::size_t>(down.before[at] - down.first);
        const auto lower = static_cast<std::size_t>(down.next(at) - down.first);
        const float share = down.beyond[at];
        const float *const above = sum.data() + upper * width;
        const float *const below = sum.data() + lower * width;
        for (std::size_t x = 0; x < width; ++x)
            between[x] = above[x] + (below[x] - above[x]) * share;
        addSpans(between, across, row, left, mask.spans);
    }
    return mask;
}

} // namespace warmbench
