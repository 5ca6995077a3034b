// A picture in which each pixel differs from its neighbours, as the scripts of references make it,
// too (picture() of letterbox_reference.py and frameworks_reference.py). Thread: any.
#pragma once

#include "tensor/image.h"

namespace warmbench {

inline Image patternPicture(int width, int height)
{
    Image image;
    image.width = width;
    image.height = height;
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            for (int c = 0; c < 3; ++c)
                image.rgb.push_back(
                    static_cast<std::uint8_t>((x * 7 + y * 13 + c * 29 + x * y) % 256));
        }
    }
    return image;
}

} // namespace warmbench
