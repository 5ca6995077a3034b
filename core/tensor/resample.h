// Antialiased resizing as Pillow's resize does it: each output pixel is a weighted mean of the
// input pixels around its centre, first along one axis, then along the other. The filter's support
// grows with the reduction, and its weights are normalized where an edge cuts it. Private to
// tensor/. Thread: any; pure functions. Cost: O(input pixels x channels), some 25 ms for 12
// megapixels down to 224 x 224.
#pragma once

#include "tensor/preprocessing.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace warmbench {

// Interleaved samples, rows without padding.
template <typename Sample>
struct PixelView
{
    const Sample *samples = nullptr;
    int width = 0;
    int height = 0;
    int channels = 0; // 1 or 3
};

// The part of the resized picture that is needed; the rest is never computed.
struct ResizeWindow
{
    std::int64_t resizedWidth = 0;
    std::int64_t resizedHeight = 0;
    std::int64_t left = 0;
    std::int64_t top = 0;
    int width = 0;
    int height = 0;
};

// Interleaved floats of the window, clamped to 0..255 as 8-bit pictures are. Nearest takes the
// pixel under each centre.
std::vector<float> resample(const PixelView<std::uint8_t> &picture, const ResizeWindow &window,
                            Interpolation interpolation);
std::vector<float> resample(const PixelView<float> &picture, const ResizeWindow &window,
                            Interpolation interpolation);

} // namespace warmbench
