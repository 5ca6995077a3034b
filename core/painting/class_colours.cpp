#include "painting/class_colours.h"

#include <cmath>

namespace warmbench {

QColor classColour(int index)
{
    constexpr double first = 216.0;
    constexpr double goldenAngle = 137.508;
    const double hue = std::fmod(first + std::abs(static_cast<double>(index)) * goldenAngle, 360.0);
    // Yellow and green look brighter than blue and red of the same value.
    const bool bright = hue > 40 && hue < 190;
    return QColor::fromHsvF(static_cast<float>(hue / 360), bright ? 0.9F : 0.8F,
                            bright ? 0.72F : 0.85F);
}

QColor textColourOn(const QColor &background)
{
    // Relative luminance (WCAG 2.2); on this one, black and white read equally well, 4.58 to 1.
    constexpr double even = 0.179;
    const auto linear = [](float part) {
        return part <= 0.04045F ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4);
    };
    const double luminance = 0.2126 * linear(background.redF()) +
                             0.7152 * linear(background.greenF()) +
                             0.0722 * linear(background.blueF());
    return luminance > even ? Qt::black : Qt::white;
}

} // namespace warmbench
