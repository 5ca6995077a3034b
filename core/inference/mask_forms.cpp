#include "inference/mask_forms.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace warmbench {

namespace {

struct Extent
{
    int left = 0;
    int top = 0;
    int right = 0; // exclusive
    int bottom = 0;

    bool empty() const { return left >= right || top >= bottom; }
};

Extent extentOf(const Mask &mask)
{
    if (mask.spans.empty())
        return {};
    Extent extent{mask.width, mask.spans.front().row, 0, mask.spans.back().row + 1};
    for (const Mask::Span &span : mask.spans) {
        extent.left = std::min(extent.left, span.begin);
        extent.right = std::max(extent.right, span.end);
    }
    return extent;
}

cv::Mat1b bitmapOf(const Mask &mask, const Extent &extent)
{
    cv::Mat1b bitmap(extent.bottom - extent.top, extent.right - extent.left, std::uint8_t(0));
    for (const Mask::Span &span : mask.spans) {
        std::uint8_t *const row = bitmap[span.row - extent.top];
        std::fill(row + span.begin - extent.left, row + span.end - extent.left, std::uint8_t(1));
    }
    return bitmap;
}

} // namespace

std::vector<std::vector<int>> polygonsOf(const Mask &mask)
{
    constexpr double tolerance = 0.5;
    const Extent extent = extentOf(mask);
    if (extent.empty())
        return {};
    std::vector<std::vector<cv::Point>> outlines;
    cv::findContours(bitmapOf(mask, extent), outlines, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_SIMPLE,
                     {extent.left, extent.top});
    std::vector<std::vector<int>> polygons;
    std::vector<cv::Point> simple;
    for (const auto &outline : outlines) {
        cv::approxPolyDP(outline, simple, tolerance, true);
        if (simple.size() < 3)
            continue;
        std::vector<int> &polygon = polygons.emplace_back();
        polygon.reserve(simple.size() * 2);
        for (const cv::Point &point : simple) {
            polygon.push_back(point.x);
            polygon.push_back(point.y);
        }
    }
    return polygons;
}

std::vector<std::uint32_t> runLengthsOf(const Mask &mask)
{
    std::vector<std::uint32_t> counts;
    const Extent extent = extentOf(mask);
    const auto height = static_cast<std::uint64_t>(mask.height);
    std::uint64_t told = 0; // pixels that the counts cover
    bool inside = false;
    const auto change = [&](std::uint64_t at) {
        counts.push_back(static_cast<std::uint32_t>(at - told));
        told = at;
        inside = !inside;
    };
    if (!extent.empty()) {
        const cv::Mat1b bitmap = bitmapOf(mask, extent);
        for (int x = extent.left; x < extent.right; ++x) {
            const std::uint64_t column = static_cast<std::uint64_t>(x) * height;
            for (int y = extent.top; y < extent.bottom; ++y) {
                if ((bitmap(y - extent.top, x - extent.left) != 0) != inside)
                    change(column + static_cast<std::uint64_t>(y));
            }
            // Below the extent there is nothing; what reaches the lower edge goes on at the top.
            if (inside && extent.bottom < mask.height)
                change(column + static_cast<std::uint64_t>(extent.bottom));
            if (inside && extent.top > 0)
                change(column + height);
        }
        if (inside && extent.right < mask.width)
            change(static_cast<std::uint64_t>(extent.right) * height);
    }
    const std::uint64_t all = static_cast<std::uint64_t>(mask.width) * height;
    if (told < all || counts.empty())
        change(all);
    return counts;
}

std::size_t maskWorkBytes(const Mask &mask)
{
    const Extent extent = extentOf(mask);
    return extent.empty() ? 0
                          : static_cast<std::size_t>(extent.right - extent.left) *
                                static_cast<std::size_t>(extent.bottom - extent.top);
}

} // namespace warmbench
