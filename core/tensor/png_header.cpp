#include "tensor/png_header.h"

#include <array>

namespace warmbench {

namespace {

struct Pass
{
    std::uint64_t left;
    std::uint64_t top;
    std::uint64_t across;
    std::uint64_t down;
};

// Adam7, section 8.1.
constexpr std::array<Pass, 7> passes{{{0, 0, 8, 8},
                                      {4, 0, 8, 8},
                                      {0, 4, 4, 8},
                                      {2, 0, 4, 4},
                                      {0, 2, 2, 4},
                                      {1, 0, 2, 2},
                                      {0, 1, 1, 2}}};

std::uint64_t samplesOf(std::uint64_t colourType)
{
    switch (colourType) {
    case 2:
        return 3;
    case 4:
        return 2;
    case 6:
        return 4;
    default: // grey, palette
        return 1;
    }
}

std::uint64_t rowsOf(std::uint64_t width, std::uint64_t height, std::uint64_t bitsPerPixel)
{
    return width == 0 ? 0 : height * (1 + dividedUp(width * bitsPerPixel, 8));
}

std::uint64_t steps(std::uint64_t length, std::uint64_t first, std::uint64_t step)
{
    return length > first ? dividedUp(length - first, step) : 0;
}

} // namespace

std::uint64_t PngHeader::plainBytes() const
{
    if (!interlaced)
        return rowsOf(width, height, bitsPerPixel);
    std::uint64_t bytes = 0;
    for (const Pass &pass : passes)
        bytes += rowsOf(steps(width, pass.left, pass.across), steps(height, pass.top, pass.down),
                        bitsPerPixel);
    return bytes;
}

PngHeader pngHeader(PictureBytes data)
{
    constexpr std::uint64_t longestSide = 0x7FFFFFFF; // section 7.1
    PngHeader found;
    if (!hasText(data, 12, "IHDR") || big32(data, 16) > longestSide ||
        big32(data, 20) > longestSide)
        return found;
    found.width = big32(data, 16);
    found.height = big32(data, 20);
    found.bitsPerPixel = byteAt(data, 24) * samplesOf(byteAt(data, 25));
    found.interlaced = byteAt(data, 28) != 0;
    for (std::uint64_t at = 8; at + 12 <= data.size() && !found.ends; at += 12 + big32(data, at)) {
        found.ends = hasText(data, at + 4, "IEND");
        if (hasText(data, at + 4, "IDAT"))
            found.dataBytes += big32(data, at);
    }
    return found;
}

} // namespace warmbench
