// Reads the header of a BMP file and checks that its pixels are there. Private to tensor/. Thread:
// any. Sources: BITMAPCOREHEADER, BITMAPINFOHEADER and "Bitmap Compression" in Microsoft's
// reference.
#pragma once

#include "tensor/picture_bytes.h"

#include <cstdint>

namespace warmbench {

struct BmpHeader
{
    std::uint64_t width = 0;
    std::uint64_t height = 0;
    std::uint64_t bitsPerPixel = 0;
    std::uint64_t pixelsAt = 0;
    bool runLengths = false;

    std::int64_t pixels() const { return static_cast<std::int64_t>(width * height); }
};

BmpHeader bmpHeader(PictureBytes data);

// True if all rows are there. Plain rows are judged by their size; run lengths are walked to their
// end or to the last pixel. Cost of that walk: a few nanoseconds a run.
bool isWhole(const BmpHeader &header, PictureBytes data);

} // namespace warmbench
