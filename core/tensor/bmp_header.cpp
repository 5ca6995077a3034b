#include "tensor/bmp_header.h"

#include <cstdlib>

namespace warmbench {

namespace {

// How many rows the run lengths reach; all of them if the mark for the end of the picture is in the
// last row.
std::uint64_t rowsReached(const BmpHeader &header, PictureBytes data)
{
    std::uint64_t x = 0;
    std::uint64_t y = 0;
    for (std::uint64_t at = header.pixelsAt; at + 2 <= data.size() && y < header.height; at += 2) {
        const std::uint64_t count = byteAt(data, at);
        const std::uint64_t value = byteAt(data, at + 1);
        if (count > 0) {
            x += count;
        } else if (value == 0) { // end of the row
            x = 0;
            ++y;
        } else if (value == 1) { // end of the picture
            return y + 1;
        } else if (value == 2) { // a jump
            x += byteAt(data, at + 2);
            y += byteAt(data, at + 3);
            at += 2;
        } else { // pixels one by one, padded to 16 bits
            x += value;
            const std::uint64_t bytes = header.bitsPerPixel == 4 ? (value + 1) / 2 : value;
            at += bytes + (bytes & 1U);
            if (at + 2 > data.size())
                break;
        }
        if (y + 1 == header.height && x >= header.width)
            return header.height;
    }
    return y;
}

} // namespace

BmpHeader bmpHeader(PictureBytes data)
{
    const bool core = little32(data, 14) == 12;
    BmpHeader header;
    header.pixelsAt = little32(data, 10);
    const auto columns = static_cast<std::int32_t>(core ? little16(data, 18) : little32(data, 18));
    header.width = static_cast<std::uint64_t>(std::max(columns, 0));
    // The height is negative if the rows go from top to bottom.
    const auto rows = static_cast<std::int32_t>(core ? little16(data, 20) : little32(data, 22));
    header.height = static_cast<std::uint64_t>(std::abs(std::int64_t{rows}));
    header.bitsPerPixel = core ? little16(data, 24) : little16(data, 28);
    const std::uint64_t compression = core ? 0 : little32(data, 30);
    header.runLengths = compression == 1 || compression == 2;
    return header;
}

bool isWhole(const BmpHeader &header, PictureBytes data)
{
    if (header.runLengths)
        return rowsReached(header, data) >= header.height;
    const std::uint64_t row = dividedUp(header.width * header.bitsPerPixel, 32) * 4;
    return header.pixelsAt + row * header.height <= data.size();
}

} // namespace warmbench
