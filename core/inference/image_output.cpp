#include "inference/image_output.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

namespace warmbench {

namespace {

constexpr double overshoot = 0.5; // as a part of each usual range; for -1..1, of half of it
// In a picture in 0..255 the brightest pixel is nearly always brighter than this.
constexpr double darkest = 255 / 5.0;

std::uint8_t toPixel(double value)
{
    return static_cast<std::uint8_t>(
        std::lround(std::clamp(std::isnan(value) ? 0.0 : value, 0.0, 255.0)));
}

} // namespace

const char *imageRangeOriginName(ImageRange::Origin origin)
{
    switch (origin) {
    case ImageRange::Origin::Usual:
        break;
    case ImageRange::Origin::Settings:
        return "settings";
    case ImageRange::Origin::Data:
        return "data";
    }
    return "usual";
}

ImageRange imageRangeOf(std::span<const float> values)
{
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (const float value : values) {
        if (!std::isfinite(value))
            continue;
        low = std::min(low, static_cast<double>(value));
        high = std::max(high, static_cast<double>(value));
    }
    const auto within = [&](double black, double white) {
        return low >= black - overshoot * white && high <= white + overshoot * white;
    };
    if (low > high || within(0, 1))
        return {0, 1, ImageRange::Origin::Usual};
    if (within(-1, 1))
        return {-1, 1, ImageRange::Origin::Usual};
    if (within(0, 255) && high >= darkest)
        return {0, 255, ImageRange::Origin::Usual};
    const double next = low + std::max(1.0, std::abs(low));
    return {low, high > low ? high : next, ImageRange::Origin::Data};
}

Image imageFromPlanes(std::span<const float> planes, int channels, int width, int height,
                      const ImageRange &range)
{
    const auto pixels = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    const double scale = 255 / (range.white - range.black);
    Image image{width, height, std::vector<std::uint8_t>(pixels * 3)};
    for (std::size_t channel = 0; channel < 3; ++channel) {
        const auto plane = planes.subspan(channels == 3 ? channel * pixels : 0, pixels);
        for (std::size_t i = 0; i < pixels; ++i)
            image.rgb[i * 3 + channel] = toPixel((plane[i] - range.black) * scale);
    }
    return image;
}

} // namespace warmbench
