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
    constexpr int middle = 150;
    const int luma =
        (299 * background.red() + 587 * background.green() + 114 * background.blue()) / 1000;
    return luma > middle ? Qt::black : Qt::white;
}

} // namespace warmbench
