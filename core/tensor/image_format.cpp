#include "tensor/image_format.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace warmbench {

namespace {

using Data = std::span<const std::byte>;

// Reads beyond the end yield 0, and every walk below checks its position against the size.
std::uint64_t byteAt(Data data, std::uint64_t at)
{
    return at < data.size() ? std::to_integer<std::uint64_t>(data[at]) : 0;
}
std::uint64_t little16(Data data, std::uint64_t at)
{
    return byteAt(data, at) | byteAt(data, at + 1) << 8U;
}
std::uint64_t little32(Data data, std::uint64_t at)
{
    return little16(data, at) | little16(data, at + 2) << 16U;
}
std::uint64_t big16(Data data, std::uint64_t at)
{
    return byteAt(data, at) << 8U | byteAt(data, at + 1);
}

bool hasText(Data data, std::size_t at, std::string_view text)
{
    return data.size() >= at + text.size() &&
           std::equal(text.begin(), text.end(), data.begin() + static_cast<std::ptrdiff_t>(at),
                      [](char c, std::byte b) {
                          return static_cast<unsigned char>(c) == std::to_integer<unsigned>(b);
                      });
}

bool isBmp(Data data)
{
    const std::uint64_t header = little32(data, 14);
    return hasText(data, 0, "BM") && (header == 12 || (header >= 40 && header <= 124));
}

bool isWholePng(Data data)
{
    std::uint64_t at = 8;
    while (at + 12 <= data.size()) {
        if (hasText(data, at + 4, "IEND"))
            return true;
        at += 12 + (big16(data, at) << 16U | big16(data, at + 2));
    }
    return false;
}

// From marker to marker; entropy-coded data has FF only before 00 or a restart marker.
bool isWholeJpeg(Data data)
{
    std::uint64_t at = 2;
    while (at + 1 < data.size()) {
        if (byteAt(data, at) != 0xFF) {
            ++at;
            continue;
        }
        const std::uint64_t marker = byteAt(data, at + 1);
        const bool bare = marker == 0 || marker == 1 || (marker >= 0xD0 && marker <= 0xD8);
        if (marker == 0xD9)
            return true;
        if (marker == 0xFF)
            ++at;
        else
            at += bare ? 2 : 2 + std::max<std::uint64_t>(big16(data, at + 2), 2);
    }
    return false;
}

bool isWholeBmp(Data data)
{
    const std::uint64_t pixels = little32(data, 10);
    const bool core = little32(data, 14) == 12;
    const std::uint64_t width = core ? little16(data, 18) : little32(data, 18);
    const auto rows = static_cast<std::int32_t>(core ? little16(data, 20) : little32(data, 22));
    const std::uint64_t depth = core ? little16(data, 24) : little16(data, 28);
    const std::uint64_t compression = core ? 0 : little32(data, 30);
    std::uint64_t size = 0;
    if (compression == 1 || compression == 2) // run lengths: only the header knows
        size = std::max<std::uint64_t>(little32(data, 34), 2);
    else
        size = (width * depth + 31) / 32 * 4 *
               static_cast<std::uint64_t>(std::abs(static_cast<std::int64_t>(rows)));
    return pixels + size <= data.size();
}

std::uint64_t colourTable(Data data, std::uint64_t flagsAt)
{
    const std::uint64_t flags = byteAt(data, flagsAt);
    return flags & 0x80U ? std::uint64_t{3} << ((flags & 7U) + 1) : 0;
}

// The position behind a chain of sub-blocks and its empty last one; past the end where it is cut.
std::uint64_t skipSubBlocks(Data data, std::uint64_t at)
{
    while (at < data.size() && byteAt(data, at) != 0)
        at += 1 + byteAt(data, at);
    return at + 1;
}

bool isWholeGif(Data data)
{
    std::uint64_t at = 13 + colourTable(data, 10);
    while (at < data.size() && byteAt(data, at) == 0x21) // extensions before the first picture
        at = skipSubBlocks(data, at + 2);
    if (byteAt(data, at) != 0x2C)
        return false;
    at += 10 + colourTable(data, at + 9) + 1;
    return skipSubBlocks(data, at) <= data.size();
}

} // namespace

std::optional<ImageFormat> imageFormat(std::span<const std::byte> data)
{
    if (hasText(data, 0, "\x89PNG\r\n\x1A\n"))
        return ImageFormat::Png;
    if (hasText(data, 0, "\xFF\xD8\xFF"))
        return ImageFormat::Jpeg;
    if (hasText(data, 0, "RIFF") && hasText(data, 8, "WEBP"))
        return ImageFormat::WebP;
    if (hasText(data, 0, "GIF87a") || hasText(data, 0, "GIF89a"))
        return ImageFormat::Gif;
    if (isBmp(data))
        return ImageFormat::Bmp;
    return std::nullopt;
}

const char *imageFormatName(ImageFormat format)
{
    switch (format) {
    case ImageFormat::Png:
        return "PNG";
    case ImageFormat::Jpeg:
        return "JPEG";
    case ImageFormat::WebP:
        return "WebP";
    case ImageFormat::Bmp:
        return "BMP";
    case ImageFormat::Gif:
        break;
    }
    return "GIF";
}

std::int64_t canvasPixels(ImageFormat format, std::span<const std::byte> data)
{
    if (format != ImageFormat::Gif)
        return 0;
    return static_cast<std::int64_t>(little16(data, 6) * little16(data, 8));
}

bool isWhole(ImageFormat format, std::span<const std::byte> data)
{
    switch (format) {
    case ImageFormat::Png:
        return isWholePng(data);
    case ImageFormat::Jpeg:
        return isWholeJpeg(data);
    case ImageFormat::WebP:
        return little32(data, 4) + 8 <= data.size();
    case ImageFormat::Bmp:
        return isWholeBmp(data);
    case ImageFormat::Gif:
        break;
    }
    return isWholeGif(data);
}

} // namespace warmbench
