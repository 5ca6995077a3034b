#include "tensor/image_format.h"

#include "tensor/picture_bytes.h"

namespace warmbench {

namespace {

bool isBmp(PictureBytes data)
{
    const std::uint64_t header = little32(data, 14);
    return hasText(data, 0, "BM") && (header == 12 || (header >= 40 && header <= 124));
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

} // namespace warmbench
