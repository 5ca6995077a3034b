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
    std::uint64_t dataAt = 0; // position of the code size, which comes before the sub-blocks
};

// Nothing if there is no frame or the data ends before it.
std::optional<GifFrame> firstGifFrame(PictureBytes data);

// True if the codes of the frame make all its pixels and its last sub-block is there. Cost: a few
// nanoseconds a code.
bool isWhole(const GifFrame &frame, PictureBytes data);

} // namespace warmbench
