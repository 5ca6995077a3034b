// Which picture format bytes are, and whether they reach to its end: Qt's decoders return the rows
// they have, the rest grey or black, where a file was cut off. Private to tensor/. Thread: any.
// Sources: PNG third edition 5.2, ITU-T T.81 annex B, RFC 9649 section 2.3, BITMAPINFOHEADER in
// Microsoft's reference, GIF89a sections 17 to 24.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace warmbench {

enum class ImageFormat : std::uint8_t { Png, Jpeg, WebP, Bmp, Gif };

std::optional<ImageFormat> imageFormat(std::span<const std::byte> data);
const char *imageFormatName(ImageFormat format); // "PNG"

// Pixels of the canvas that a GIF's frames lie on, 0 for the others: Qt tells a frame's size only.
std::int64_t canvasPixels(ImageFormat format, std::span<const std::byte> data);

// True where the first picture is there to its last byte, as far as the container's own lengths and
// markers tell; what lies within is the decoder's to judge.
bool isWhole(ImageFormat format, std::span<const std::byte> data);

} // namespace warmbench
