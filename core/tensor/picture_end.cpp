#include "tensor/picture_end.h"

#include "tensor/bmp_header.h"
#include "tensor/gif_frame.h"
#include "tensor/jpeg_markers.h"
#include "tensor/png_header.h"
#include "tensor/webp_header.h"

namespace warmbench {

bool isWhole(ImageFormat format, PictureBytes data)
{
    switch (format) {
    case ImageFormat::Png: {
        const PngHeader header = pngHeader(data);
        return header.ends && header.dataBytes * mostInflation >= header.plainBytes();
    }
    case ImageFormat::Jpeg:
        return jpegMarkers(data).whole();
    case ImageFormat::WebP:
        return webPHeader(data).whole;
    case ImageFormat::Bmp:
        return isWhole(bmpHeader(data), data);
    case ImageFormat::Gif:
        break;
    }
    const auto frame = firstGifFrame(data);
    return frame && isWhole(*frame, data);
}

} // namespace warmbench
