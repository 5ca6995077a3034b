// Recognizes the format of a picture by its first bytes. Private to tensor/. Thread: any.
// Sources: PNG third edition 5.2, ITU-T T.81 annex B, RFC 9649 section 2.3, BITMAPINFOHEADER in
// Microsoft's reference, GIF89a section 17.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace warmbench {

enum class ImageFormat : std::uint8_t { Png, Jpeg, WebP, Bmp, Gif };

std::optional<ImageFormat> imageFormat(std::span<const std::byte> data);
const char *imageFormatName(ImageFormat format); // "PNG"

} // namespace warmbench
