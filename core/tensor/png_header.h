// Reads what the chunks of a PNG file say without decoding it. Private to tensor/. Thread: any.
// Cost: a few nanoseconds a chunk. Source: PNG third edition, sections 5, 8 and 11.2.1.
#pragma once

#include "tensor/picture_bytes.h"

#include <cstdint>

namespace warmbench {

// One deflated byte becomes at most so many bytes (zlib's technical details: 1032 to 1).
inline constexpr std::uint64_t mostInflation = 1032;

struct PngHeader
{
    std::uint64_t width = 0; // 0 if there is no IHDR
    std::uint64_t height = 0;
    std::uint64_t bitsPerPixel = 0;
    bool interlaced = false;
    std::uint64_t dataBytes = 0; // of all IDAT chunks
    bool ends = false;           // IEND is there

    std::int64_t pixels() const { return static_cast<std::int64_t>(width * height); }
    // The size of the inflated data: the rows of each pass with their filter bytes.
    std::uint64_t plainBytes() const;
};

PngHeader pngHeader(PictureBytes data);

} // namespace warmbench
