#include "ui/widgets/colour_scale.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace warmbench::ui {

QRgb scaleColour(double share)
{
    // Viridis of matplotlib (CC0) at 0, 1/8, ... 1.
    static constexpr std::array<std::array<int, 3>, 9> marks{{{68, 1, 84},
                                                              {71, 45, 123},
                                                              {59, 82, 139},
                                                              {44, 114, 142},
                                                              {33, 145, 140},
                                                              {40, 174, 128},
                                                              {94, 201, 98},
                                                              {173, 220, 48},
                                                              {253, 231, 37}}};
    const double place = std::clamp(share, 0.0, 1.0) * (marks.size() - 1);
    const auto below = std::min(static_cast<std::size_t>(place), marks.size() - 2);
    const double part = place - static_cast<double>(below);
    const auto mixed = [&](std::size_t i) {
        return static_cast<int>(
            std::lround(marks[below][i] + part * (marks[below + 1][i] - marks[below][i])));
    };
    return qRgb(mixed(0), mixed(1), mixed(2));
}

QRgb valueColour(double value, double low, double high)
{
    if (std::isnan(value))
        return qRgb(128, 128, 128);
    return scaleColour(high > low ? (value - low) / (high - low) : 0.5);
}

} // namespace warmbench::ui
