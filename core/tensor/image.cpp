#include "tensor/image.h"

#include "base/text.h"
#include "tensor/image_format.h"

#include <algorithm>
#include <fmt/format.h>
#include <mutex>
#include <QBuffer>
#include <QImage>
#include <QImageReader>
#include <string_view>

namespace warmbench {

namespace {

constexpr int bandRows = 64; // converted at a time, so that conversion adds little memory

Error notAnImage(std::span<const std::byte> data)
{
    if (data.empty())
        return invalidArgument("The image is empty (0 bytes); send a PNG, JPEG, WebP, BMP or GIF "
                               "file.");
    const std::string_view start(reinterpret_cast<const char *>(data.data()),
                                 std::min<std::size_t>(data.size(), 16));
    return invalidArgument(
        fmt::format("The data is no PNG, JPEG, WebP, BMP or GIF image (it begins "
                    "with \"{}\"); convert it to one of these.",
                    printable(start)));
}

Error damaged(ImageFormat format, const std::string &how)
{
    return invalidArgument(fmt::format("The {} image is {}; send the whole, undamaged file.",
                                       imageFormatName(format), how));
}

std::uint8_t overWhite(unsigned colour, unsigned alpha, unsigned most)
{
    const std::uint64_t mixed =
        std::uint64_t{colour} * alpha + std::uint64_t{most} * (most - alpha);
    const std::uint64_t scaled = mixed * 255;
    const std::uint64_t whole = std::uint64_t{most} * most;
    return static_cast<std::uint8_t>((scaled + whole / 2) / whole);
}

// Lays `count` RGBA samples of 8 or 16 bits over white.
template <typename Sample>
void layOverWhite(const Sample *from, int count, std::uint8_t *to)
{
    constexpr unsigned most = static_cast<Sample>(~Sample{});
    for (int i = 0; i < count; ++i, from += 4, to += 3) {
        for (int c = 0; c < 3; ++c)
            to[c] = overWhite(from[c], from[3], most);
    }
}

void copyBand(const QImage &band, std::uint8_t *to)
{
    const int width = band.width();
    const bool wide = band.depth() > 32 || band.format() == QImage::Format_Grayscale16;
    const auto format = wide                     ? QImage::Format_RGBA64
                        : band.hasAlphaChannel() ? QImage::Format_RGBA8888
                                                 : QImage::Format_RGB888;
    const QImage pixels = band.convertToFormat(format);
    for (int y = 0; y < pixels.height(); ++y, to += std::size_t{3} * static_cast<unsigned>(width)) {
        const uchar *row = pixels.constScanLine(y);
        if (format == QImage::Format_RGBA64)
            layOverWhite(reinterpret_cast<const quint16 *>(row), width, to);
        else if (format == QImage::Format_RGBA8888)
            layOverWhite(row, width, to);
        else
            std::copy_n(row, 3 * width, to);
    }
}

Image toRgb(const QImage &decoded)
{
    Image image;
    image.width = decoded.width();
    image.height = decoded.height();
    const std::size_t stride = std::size_t{3} * static_cast<unsigned>(image.width);
    image.rgb.resize(stride * static_cast<unsigned>(image.height));
    for (int y = 0; y < image.height; y += bandRows) {
        const int rows = std::min(bandRows, image.height - y);
        copyBand(decoded.copy(0, y, image.width, rows),
                 image.rgb.data() + stride * static_cast<unsigned>(y));
    }
    return image;
}

// Qt refuses more than 256 MB by default; 100 megapixels of four 16-bit samples are 763 MiB.
void raiseAllocationLimitOnce()
{
    static std::once_flag once;
    std::call_once(once, [] { QImageReader::setAllocationLimit(1024); });
}

Result<Image> decodeAs(ImageFormat format, std::span<const std::byte> data,
                       const PixelCheck &mayDecode)
{
    raiseAllocationLimitOnce();
    const QByteArray handler = QByteArray(imageFormatName(format)).toLower();
    QByteArray bytes = QByteArray::fromRawData(reinterpret_cast<const char *>(data.data()),
                                               static_cast<qsizetype>(data.size()));
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::ReadOnly);
    // The handler is named, so that no other plug-in (SVG, say) ever sees the bytes.
    QImageReader reader(&buffer, handler);
    reader.setAutoDetectImageFormat(false);
    reader.setAutoTransform(true);
    const QSize size = reader.size();
    if (size.isEmpty()) {
        if (!QImageReader::supportedImageFormats().contains(handler))
            return failedPrecondition(fmt::format(
                "This installation cannot read {}; install Debian's qt6-image-formats-plugins.",
                imageFormatName(format)));
        return damaged(format, "damaged (its size cannot be read)");
    }
    const std::int64_t pixels =
        std::max(std::int64_t{size.width()} * size.height(), canvasPixels(format, data));
    if (pixels > maxImagePixels)
        return invalidArgument(fmt::format("The {} image has {} megapixels, more than {}; send a "
                                           "smaller one.",
                                           imageFormatName(format), pixels / 1'000'000,
                                           maxImagePixels / 1'000'000));
    if (!isWhole(format, data))
        return damaged(format, "truncated (its end is missing)");
    if (auto room = mayDecode ? mayDecode(pixels) : Result<void>(); !room)
        return std::move(room).error();
    const QImage decoded = reader.read();
    if (decoded.isNull())
        return damaged(format, fmt::format("damaged ({})", reader.errorString().toStdString()));
    return toRgb(decoded);
}

} // namespace

bool looksLikeImage(std::span<const std::byte> data)
{
    return imageFormat(data).has_value();
}

Result<Image> decodeImage(std::span<const std::byte> data, const PixelCheck &mayDecode)
{
    const auto format = imageFormat(data);
    if (!format)
        return notAnImage(data);
    try {
        return decodeAs(*format, data, mayDecode);
    } catch (const std::bad_alloc &) {
        return Error{ErrorCode::ResourceExhausted,
                     "No memory to decode the image; send a smaller one."};
    }
}

Result<std::string> encodePng(const Image &image)
{
    const auto pixels = static_cast<std::size_t>(image.width) * static_cast<unsigned>(image.height);
    if (image.width <= 0 || image.height <= 0 || image.rgb.size() != 3 * pixels)
        return Error{ErrorCode::Internal, "An empty picture cannot be written as PNG."};
    const QImage view(image.rgb.data(), image.width, image.height,
                      static_cast<qsizetype>(3) * image.width, QImage::Format_RGB888);
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    if (!view.save(&buffer, "PNG"))
        return Error{ErrorCode::Internal, "The picture could not be written as PNG."};
    return bytes.toStdString();
}

} // namespace warmbench
