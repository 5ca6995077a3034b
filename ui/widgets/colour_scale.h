// Numbers as colours, the same wherever a tensor is shown. Thread: any; pure functions.
#pragma once

#include <QColor>

namespace warmbench::ui {

// The colour of a number at this share of the way from low to high: viridis, which is ordered by
// lightness, so that it can be read without seeing colours.
QRgb scaleColour(double share);
// Of a number between two others; NaN is grey, and the middle where they are the same.
QRgb valueColour(double value, double low, double high);

} // namespace warmbench::ui
