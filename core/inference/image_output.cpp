#include "inference/image_output.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace warmbench {

namespace {

struct Range
{
    float scale = 1;
    float offset = 0;
};

Range rangeOf(std::span<const float> values)
{
    float low = 0;
    float high = 0;
    for (const float value : values) {
        low = std::min(low, value); // NaN leaves both as they are
        high = std::max(high, value);
    }
    constexpr float slack = 0.5F; // networks without a final clamp overshoot a little
    if (low >= -slack && high <= 1 + slack)
        return {255, 0};
    if (low >= -1 - slack && high <= 1 + slack)
        return {127.5F, 127.5F};
    return {};
}

std::uint8_t toPixel(float value)
{
    return static_cast<std::uint8_t>(
        std::lround(std::clamp(std::isnan(value) ? 0.0F : value, 0.0F, 255.0F)));
}

// Hues a golden angle apart, so that neighbouring classes differ.
std::array<std::uint8_t, 3> classColour(int index)
{
    if (index == 0)
        return {0, 0, 0};
    const double hue = std::fmod(static_cast<double>(index) * 137.508, 360.0) / 60.0;
    const auto channel = [&](double shift) {
        const double distance = std::abs(std::fmod(hue + shift, 6.0) - 3.0);
        return toPixel(static_cast<float>(40 + 215 * std::clamp(distance - 1.0, 0.0, 1.0)));
    };
    return {channel(0), channel(4), channel(2)};
}

} // namespace

Image imageFromPlanes(std::span<const float> planes, int channels, int width, int height)
{
    const auto pixels = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    const Range range = rangeOf(planes);
    Image image{width, height, std::vector<std::uint8_t>(pixels * 3)};
    for (std::size_t channel = 0; channel < 3; ++channel) {
        const auto plane = planes.subspan(channels == 3 ? channel * pixels : 0, pixels);
        for (std::size_t i = 0; i < pixels; ++i)
            image.rgb[i * 3 + channel] = toPixel(plane[i] * range.scale + range.offset);
    }
    return image;
}

Image colouredClasses(std::span<const float> planes, int classes, int width, int height)
{
    const auto pixels = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    Image image{width, height, std::vector<std::uint8_t>(pixels * 3)};
    for (std::size_t i = 0; i < pixels; ++i) {
        int best = classes == 1 && planes[i] > 0.5F ? 1 : 0;
        for (int c = 1; c < classes; ++c) {
            if (planes[static_cast<std::size_t>(c) * pixels + i] >
                planes[static_cast<std::size_t>(best) * pixels + i])
                best = c;
        }
        const auto colour = classColour(best);
        std::copy(colour.begin(), colour.end(),
                  image.rgb.begin() + static_cast<std::ptrdiff_t>(i * 3));
    }
    return image;
}

} // namespace warmbench
