// Turns outputs into pictures.
// Thread: any; pure functions.
#pragma once

#include "tensor/image.h"

#include <cstdint>
#include <span>

namespace warmbench {

// Which numbers of an output are shown as black and as white.
struct ImageRange
{
    // Usual: one of the ranges that networks are trained for. Settings: the settings file says so.
    // Data: the lowest and the highest number of this output.
    enum class Origin : std::uint8_t { Usual, Settings, Data };
    double black = 0;
    double white = 1; // above `black`
    Origin origin = Origin::Usual;
};
const char *imageRangeOriginName(ImageRange::Origin origin); // "usual", "settings", "data"

// Guesses the range from the values: 0..1, else -1..1, else 0..255. Values may lie somewhat
// outside, because networks without a final clamp overshoot. If no range fits, or the picture would
// be nearly black in 0..255, the range goes from the lowest to the highest value. NaN and
// infinities do not count.
ImageRange imageRangeOf(std::span<const float> values);

// Planes [channels, height, width], 1 (grey) or 3 (RGB) of them. Values beyond the range are
// clamped to it; NaN is black.
Image imageFromPlanes(std::span<const float> planes, int channels, int width, int height,
                      const ImageRange &range);

} // namespace warmbench
