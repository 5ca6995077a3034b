// Outputs that are pictures.
// Thread: any; pure functions.
#pragma once

#include "tensor/image.h"

#include <span>

namespace warmbench {

// Planes [channels, height, width], 1 (grey) or 3 (RGB) of them. The range is told by the values:
// all within 0..1 or -1..1 (a little over is forgiven) is stretched to 0..255, else values are
// taken as 0..255 and clamped. NaN is black.
Image imageFromPlanes(std::span<const float> planes, int channels, int width, int height);

// The best class of each pixel of [classes, height, width], each in a colour of its own; one plane
// means above 0.5 or not. Class 0 is black.
Image colouredClasses(std::span<const float> planes, int classes, int width, int height);

} // namespace warmbench
