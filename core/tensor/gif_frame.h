// The first frame of a GIF file, found without decoding it. Private to tensor/. Thread: any.
// Source: GIF89a sections 17 to 24 and appendix F (LZW).
#pragma once

#include "tensor/picture_bytes.h"

#include <cstdint>
#include <optional>

namespace warmbench {

struct GifFrame
{
    std::uint64_t width = 0;
    std::uint64_t height = 0;
    std::uint64_t dataAt = 0; // of the code size before the sub-blocks
};

// Nothing where the data ends before it, or it is not there.
std::optional<GifFrame> firstGifFrame(PictureBytes data);

// True where the frame's codes stand for all its pixels, and its last sub-block is there. Cost: a
// few nanoseconds a code.
bool isWhole(const GifFrame &frame, PictureBytes data);

} // namespace warmbench
