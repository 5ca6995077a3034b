#include "tensor/image.h"

#include "base/text.h"
#include "tensor/image_format.h"
#include "tensor/jpeg_decoder.h"
#include "tensor/orientation.h"
#include "tensor/over_white.h"
#include "tensor/picture_allowance.h"
#include "tensor/picture_end.h"
#include "tensor/picture_work.h"
#include "tensor/png_decoder.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <mutex>
#include <QBuffer>
#include <QImage>
#include <QImageReader>
#include <QLoggingCategory>

namespace warmbench {

namespace {

// Rows are converted in bands of so many, so that conversion takes little extra memory.
constexpr int bandRows = 64;

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
            layOverWhite(reinterpret_cast<const quint16 *>(row), static_cast<std::size_t>(width),
                         to);
        else if (format == QImage::Format_RGBA8888)
            layOverWhite(row, static_cast<std::size_t>(width), to);
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

// Qt's readers write to standard error, but all that is worth knowing is in our error.
void keepQtQuietOnce()
{
    static std::once_flag once;
    std::call_once(
        once, [] { QLoggingCategory::setFilterRules(QStringLiteral("qt.gui.imageio*=false")); });
}

Result<Image> decodeByQt(ImageFormat format, PictureBytes data)
{
    raiseAllocationLimitOnce();
    keepQtQuietOnce();
    const QByteArray handler = QByteArray(imageFormatName(format)).toLower();
    QByteArray bytes = QByteArray::fromRawData(reinterpret_cast<const char *>(data.data()),
                                               static_cast<qsizetype>(data.size()));
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::ReadOnly);
    // The handler is named, so that no other plug-in (such as SVG) ever sees the bytes.
    QImageReader reader(&buffer, handler);
    reader.setAutoDetectImageFormat(false);
    reader.setAutoTransform(false);
    const QImage decoded = reader.read();
    if (!decoded.isNull())
        return toRgb(decoded);
    if (!QImageReader::supportedImageFormats().contains(handler))
        return failedPrecondition(fmt::format("This installation cannot read {}; install Debian's "
                                              "qt6-image-formats-plugins.",
                                              imageFormatName(format)));
    return damaged(format, fmt::format("damaged ({})", reader.errorString().toStdString()));
}

Result<void> checkBeforeDecoding(ImageFormat format, PictureBytes data, const PixelCheck &mayDecode)
{
    const PictureWork work = pictureWork(format, data);
    if (work.pixels == 0)
        return damaged(format, "damaged (its size cannot be read)");
    if (work.pixels > maxImagePixels)
        return invalidArgument(fmt::format("The {} image has {} megapixels, more than {}; send a "
                                           "smaller one.",
                                           imageFormatName(format), work.pixels / 1'000'000,
                                           maxImagePixels / 1'000'000));
    if (auto possible = checkWork(format, work); !possible)
        return possible;
    if (!PictureAllowance::take(work.time))
        return Error{ErrorCode::Unavailable,
                     "The image takes long to decode and has to wait for others; send it again."};
    if (!isWhole(format, data))
        return damaged(format, "truncated (its end is missing)");
    return mayDecode ? mayDecode(work.pixels) : Result<void>();
}

Result<Image> decodeAs(ImageFormat format, PictureBytes data, const PixelCheck &mayDecode)
{
    if (auto checked = checkBeforeDecoding(format, data, mayDecode); !checked)
        return std::move(checked).error();
    auto image = format == ImageFormat::Jpeg  ? decodeJpeg(data)
                 : format == ImageFormat::Png ? decodePng(data)
                                              : decodeByQt(format, data);
    if (!image)
        return image;
    return turnedUpright(std::move(*image), orientationOf(format, data));
}

} // namespace

bool looksLikeImage(std::span<const std::byte> data)
{
    return imageFormat(data).has_value();
}

std::int64_t announcedPixels(std::span<const std::byte> start)
{
    const auto format = imageFormat(start);
    return format ? pictureWork(*format, start).pixels : 0;
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

namespace {

bool hasPixels(int width, int height, std::size_t numbers, std::size_t each)
{
    return width > 0 && height > 0 &&
           numbers == each * static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
}

Result<std::string> pngOf(const QImage &image)
{
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    if (!image.save(&buffer, "PNG"))
        return Error{ErrorCode::Internal, "The picture could not be written as PNG."};
    return bytes.toStdString();
}

} // namespace

Result<std::string> encodePng(const Image &image)
{
    if (!hasPixels(image.width, image.height, image.rgb.size(), 3))
        return Error{ErrorCode::Internal, "An empty picture cannot be written as PNG."};
    return pngOf({image.rgb.data(), image.width, image.height,
                  static_cast<qsizetype>(3) * image.width, QImage::Format_RGB888});
}

Result<std::string> encodeGreyPng(int width, int height, std::span<const std::uint16_t> values)
{
    constexpr std::uint16_t highest = 0xFFFF;
    constexpr std::uint16_t highestByte = 0xFF;
    if (!hasPixels(width, height, values.size(), 1))
        return Error{ErrorCode::Internal, "An empty picture cannot be written as PNG."};
    const bool bytes = std::all_of(values.begin(), values.end(), [&](std::uint16_t value) {
        return value < highestByte || value == highest;
    });
    QImage grey(width, height, bytes ? QImage::Format_Grayscale8 : QImage::Format_Grayscale16);
    if (grey.isNull())
        return Error{ErrorCode::ResourceExhausted,
                     "There is no memory for a picture of this size."};
    for (int y = 0; y < height; ++y) {
        const auto row =
            values.subspan(static_cast<std::size_t>(y) * static_cast<std::size_t>(width),
                           static_cast<std::size_t>(width));
        if (bytes)
            std::transform(row.begin(), row.end(), grey.scanLine(y),
                           [highestByte](std::uint16_t value) {
                               return static_cast<uchar>(std::min(value, highestByte));
                           });
        else
            std::memcpy(grey.scanLine(y), row.data(), row.size_bytes());
    }
    return pngOf(grey);
}

std::span<const std::string_view> pictureEndings()
{
    static constexpr std::array<std::string_view, 6> endings{".png",  ".jpg", ".jpeg",
                                                             ".webp", ".bmp", ".gif"};
    return endings;
}

} // namespace warmbench
