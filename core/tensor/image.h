// Pictures decoded into plain pixels.
//
// Thread: any; decoding is bounded by how many threads call it, each taking at most 100 megapixels
// x 4 bytes while it runs. Source of the grey formula: ITU-R BT.601 luma as Pillow's "L" uses it
// (299 R + 587 G + 114 B) / 1000.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace warmbench {

// Interleaved 8-bit RGB, rows without padding.
struct Image
{
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> rgb; // width * height * 3

    bool operator==(const Image &) const = default;
};

inline constexpr std::int64_t maxImagePixels = 100'000'000;

// True where the first bytes are those of PNG, JPEG, WebP, BMP or GIF.
bool looksLikeImage(std::span<const std::byte> data);

// PNG, JPEG, WebP, BMP and GIF (of an animation the first frame), told by content. EXIF orientation
// is applied in PNG, JPEG and WebP, 16-bit samples are scaled to 8, grey and palette become RGB,
// transparency is laid over white. Size and work are read from the headers and checked before any
// pixel is decoded: what is accepted takes some seconds of a core at most. InvalidArgument: not one
// of these formats, damaged or truncated, more than maxImagePixels, too much work (a progressive
// JPEG of thousands of scans), with what to do. Unavailable: the thread's PictureAllowance does not
// suffice. Nothing is written to standard error.
//
// `mayDecode`, where given, is asked with the pixels that decoding will take; its error ends it.
using PixelCheck = std::function<Result<void>(std::int64_t pixels)>;
Result<Image> decodeImage(std::span<const std::byte> data, const PixelCheck &mayDecode = {});

// PNG bytes of the picture. Internal where the encoder fails.
Result<std::string> encodePng(const Image &image);

} // namespace warmbench
