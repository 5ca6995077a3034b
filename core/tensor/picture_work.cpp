#include "tensor/picture_work.h"

#include "tensor/bmp_header.h"
#include "tensor/gif_frame.h"
#include "tensor/jpeg_markers.h"
#include "tensor/png_header.h"
#include "tensor/webp_header.h"

#include <fmt/format.h>

namespace warmbench {

namespace {

// Nanoseconds of processor time. Measured with decodeImage on pictures of 9 to 20 megapixels, flat,
// photo-like and noise, for each kind of each format, and rounded up where times of a kind vary.
constexpr double jpegScan = 20'000; // each scan builds tables of codes
constexpr double jpegBlock = 10;
constexpr double jpegByte = 12;
constexpr double jpegPixel = 3.5;
constexpr double jpegArithmeticByte = 100;
// A scan of a progressive picture visits each block of the components that it names, even those
// that it has no bits for.
constexpr double jpegProgressiveBlock = 50;
constexpr double jpegProgressiveByte = 45;
constexpr double pngPlainByte = 4.5;
constexpr double pngByte = 8.5;
constexpr double pngPixel = 7;
constexpr double pngPasses = 2; // interlacing multiplies the time of a pixel by this
constexpr double webPPixel = 11;
constexpr double webPByte = 95;
constexpr double webPLosslessPixel = 10;
constexpr double webPLosslessByte = 18;
constexpr double gifPixel = 12;
constexpr double gifByte = 18;
constexpr double bmpRunByte = 5;
constexpr double canvasPixel = 12; // to fill the canvas and convert it to RGB

std::chrono::nanoseconds nanoseconds(double time)
{
    constexpr double most = 1e18; // headers may announce sizes whose time overflows
    return std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(time, most)));
}

double real(std::uint64_t number)
{
    return static_cast<double>(number);
}

PictureWork workOfJpeg(PictureBytes data)
{
    const JpegMarkers markers = jpegMarkers(data);
    PictureWork work;
    work.pixels = markers.pixels();
    work.scans = markers.scans;
    const double block = markers.progressive ? jpegProgressiveBlock : jpegBlock;
    const double byte = markers.arithmetic    ? jpegArithmeticByte
                        : markers.progressive ? jpegProgressiveByte
                                              : jpegByte;
    work.time = nanoseconds(real(markers.scans) * jpegScan + real(markers.blocksScanned) * block +
                            real(markers.entropyBytes) * byte +
                            real(markers.width * markers.height) * jpegPixel);
    return work;
}

PictureWork workOfPng(PictureBytes data)
{
    const PngHeader header = pngHeader(data);
    PictureWork work;
    work.pixels = header.pixels();
    const double passes = header.interlaced ? pngPasses : 1;
    work.time =
        nanoseconds(real(header.plainBytes()) * pngPlainByte + real(header.dataBytes) * pngByte +
                    passes * real(header.width) * real(header.height) * pngPixel);
    return work;
}

// Only the first frame is decoded, onto a canvas of its own.
PictureWork workOfGif(PictureBytes data)
{
    const std::uint64_t canvas = little16(data, 6) * little16(data, 8);
    const GifFrame frame = firstGifFrame(data).value_or(GifFrame{});
    const std::uint64_t pixels = frame.width * frame.height;
    PictureWork work;
    work.pixels = static_cast<std::int64_t>(std::max(canvas, pixels));
    work.time = nanoseconds(real(pixels) * gifPixel + real(canvas) * canvasPixel +
                            real(data.size()) * gifByte);
    return work;
}

PictureWork workOfWebP(PictureBytes data)
{
    const WebPHeader header = webPHeader(data);
    const double pixel = (header.lossless ? webPLosslessPixel : webPPixel) +
                         (header.transparent ? webPLosslessPixel : 0);
    const double byte = header.lossless ? webPLosslessByte : webPByte;
    // An animation also needs a canvas; a single picture is its own canvas.
    const double made = header.canvas > header.frame ? real(header.canvas) * canvasPixel : 0;
    PictureWork work;
    work.pixels = header.pixels();
    work.time = nanoseconds(real(header.frame) * pixel + real(header.frameBytes) * byte + made);
    return work;
}

PictureWork workOfBmp(PictureBytes data)
{
    const BmpHeader header = bmpHeader(data);
    PictureWork work;
    work.pixels = header.pixels();
    work.time = nanoseconds(real(header.width) * real(header.height) * canvasPixel +
                            (header.runLengths ? real(data.size()) * bmpRunByte : 0));
    return work;
}

} // namespace

PictureWork pictureWork(ImageFormat format, PictureBytes data)
{
    switch (format) {
    case ImageFormat::Png:
        return workOfPng(data);
    case ImageFormat::Jpeg:
        return workOfJpeg(data);
    case ImageFormat::WebP:
        return workOfWebP(data);
    case ImageFormat::Bmp:
        return workOfBmp(data);
    case ImageFormat::Gif:
        break;
    }
    return workOfGif(data);
}

Result<void> checkWork(ImageFormat format, const PictureWork &work)
{
    if (work.time <= mostPictureWork)
        return {};
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(work.time).count();
    if (format == ImageFormat::Jpeg)
        return invalidArgument(
            fmt::format("The JPEG image has {} scans, which would take about {} s to decode, more "
                        "than {} s; save it as baseline or with fewer scans.",
                        work.scans, seconds, mostPictureWork.count()));
    return invalidArgument(fmt::format("The {} image would take about {} s to decode, more than {} "
                                       "s; send a smaller one.",
                                       imageFormatName(format), seconds, mostPictureWork.count()));
}

} // namespace warmbench
