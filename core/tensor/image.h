// Pictures decoded into plain pixels.
//
// Thread: any; each thread that decodes takes at most 100 megapixels x 4 bytes while it does.
// Source of the grey formula: ITU-R BT.601 luma as Pillow's "L" uses it (299 R + 587 G + 114 B) /
// 1000.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
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

// True if the first bytes are those of PNG, JPEG, WebP, BMP or GIF.
bool looksLikeImage(std::span<const std::byte> data);

// Width times height as the header of a picture tells them, whose first bytes suffice; 0 where they
// do not tell, or where it is no picture.
std::int64_t announcedPixels(std::span<const std::byte> start);

// Decodes PNG, JPEG, WebP, BMP and GIF (the first frame of an animation); the content decides which
// format it is. EXIF orientation is applied in PNG, JPEG and WebP, 16-bit samples are scaled to 8,
// grey and palette become RGB, and transparency is laid over white. Size and work are estimated
// from the headers before any pixel is decoded, so that an accepted picture takes some seconds of a
// core at most. InvalidArgument, with what to do: not one of these formats, damaged or truncated,
// more than maxImagePixels, or too much work (a progressive JPEG of thousands of scans).
// Unavailable: more work than the thread's PictureAllowance. Nothing is written to standard error.
//
// `mayDecode`, if given, is called with the number of pixels before they are decoded; an error from
// it ends the decoding.
using PixelCheck = std::function<Result<void>(std::int64_t pixels)>;
Result<Image> decodeImage(std::span<const std::byte> data, const PixelCheck &mayDecode = {});

// The picture as a PNG file. Internal: the encoder failed.
Result<std::string> encodePng(const Image &image);

// Numbers, row by row, as a grey PNG file: of 8 bits where all are below 255, else of 16. 0xFFFF
// stands for the highest value of either. Internal: as above.
Result<std::string> encodeGreyPng(int width, int height, std::span<const std::uint16_t> values);

// ".png" and the other endings of files that decodeImage() reads, in lower case.
std::span<const std::string_view> pictureEndings();

} // namespace warmbench
