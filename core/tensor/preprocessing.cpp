#include "tensor/preprocessing.h"
#include "tensor/conversion.h"

#include "tensor/resample.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <new>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace warmbench {

namespace {

constexpr int mostPixelsPerSide = 16384;

// Which part of the resized picture goes where in the network's input.
struct Placement
{
    ResizeWindow window;
    int left = 0; // in the network's pixels
    int top = 0;
    // The picture's pixels for each of the resized ones; 0: as the rounded sides say. Detectors
    // with a letterbox lay their boxes over the picture with the unrounded factor.
    double scale = 0;
};

std::int64_t scaled(int size, double factor)
{
    return std::max<std::int64_t>(1, std::llround(size * factor));
}

Placement stretched(const Preprocessing &how)
{
    return {{how.width, how.height, 0, 0, how.width, how.height}, 0, 0};
}

// As torchvision's Resize and CenterCrop: the shorter side becomes `shorterSide`, the longer side
// keeps the proportion, rounded down, and then the centre is cut out, with halves rounded to even.
// The result always covers the network's size.
Placement cropped(const Image &image, const Preprocessing &how)
{
    const double cover = std::max(static_cast<double>(how.width) / image.width,
                                  static_cast<double>(how.height) / image.height);
    const std::int64_t shorter = std::min(image.width, image.height);
    const double wanted = how.shorterSide
                              ? static_cast<double>(*how.shorterSide) / static_cast<double>(shorter)
                              : cover;
    ResizeWindow window{how.width, how.height, 0, 0, how.width, how.height};
    if (how.shorterSide && wanted >= cover) {
        window.resizedWidth = *how.shorterSide * std::int64_t{image.width} / shorter;
        window.resizedHeight = *how.shorterSide * std::int64_t{image.height} / shorter;
    } else {
        window.resizedWidth = scaled(image.width, cover);
        window.resizedHeight = scaled(image.height, cover);
    }
    window.resizedWidth = std::max<std::int64_t>(window.resizedWidth, how.width);
    window.resizedHeight = std::max<std::int64_t>(window.resizedHeight, how.height);
    const auto centred = [](std::int64_t size, int part) {
        return static_cast<std::int64_t>(std::nearbyint(static_cast<double>(size - part) / 2));
    };
    window.left = centred(window.resizedWidth, how.width);
    window.top = centred(window.resizedHeight, how.height);
    return {window, 0, 0};
}

Placement letterboxed(const Image &image, const Preprocessing &how)
{
    const double factor = std::min(static_cast<double>(how.width) / image.width,
                                   static_cast<double>(how.height) / image.height);
    const bool centred = how.padPosition == PadPosition::Centre;
    const auto side = [&](int size, int most) {
        // Python's round() takes halves to even, and its int() cuts off.
        const double whole = centred ? std::nearbyint(size * factor) : std::floor(size * factor);
        return std::clamp(static_cast<int>(whole), 1, most);
    };
    const int width = side(image.width, how.width);
    const int height = side(image.height, how.height);
    const int left = centred ? (how.width - width) / 2 : 0;
    const int top = centred ? (how.height - height) / 2 : 0;
    return {.window = {width, height, 0, 0, width, height},
            .left = left,
            .top = top,
            .scale = 1 / factor};
}

Placement placed(const Image &image, const Preprocessing &how)
{
    switch (how.resize) {
    case ResizeMode::Crop:
        return cropped(image, how);
    case ResizeMode::Letterbox:
        return letterboxed(image, how);
    case ResizeMode::Stretch:
        break;
    }
    return stretched(how);
}

ImageMapping mappingOf(const Image &image, const Placement &placement)
{
    const ResizeWindow &window = placement.window;
    ImageMapping mapping;
    const auto scale = [&](int size, std::int64_t resized) {
        return placement.scale > 0 ? placement.scale
                                   : static_cast<double>(size) / static_cast<double>(resized);
    };
    mapping.scaleX = scale(image.width, window.resizedWidth);
    mapping.scaleY = scale(image.height, window.resizedHeight);
    mapping.offsetX = static_cast<double>(window.left - placement.left) * mapping.scaleX;
    mapping.offsetY = static_cast<double>(window.top - placement.top) * mapping.scaleY;
    mapping.originalWidth = image.width;
    mapping.originalHeight = image.height;
    return mapping;
}

Result<void> checkMeanAndStd(const Preprocessing &how)
{
    const auto channels = static_cast<std::size_t>(channelCount(how.channels));
    const auto check = [channels](const char *name, const std::vector<double> &values,
                                  bool zeroAllowed) -> Result<void> {
        if (values.size() != 1 && values.size() != channels)
            return invalidArgument(fmt::format("\"{}\" has {} values; give one, or {}, one a "
                                               "channel.",
                                               name, values.size(), channels));
        for (const double value : values) {
            if (!std::isfinite(value) || (value == 0 && !zeroAllowed))
                return invalidArgument(fmt::format("\"{}\" holds {}; give finite numbers{}.", name,
                                                   value, zeroAllowed ? "" : " other than 0"));
        }
        return {};
    };
    if (auto mean = check("mean", how.mean, true); !mean)
        return mean;
    return check("std", how.std, false);
}

Result<void> checkInput(const Image &image, const Preprocessing &how)
{
    const std::size_t pixels = static_cast<std::size_t>(std::max(image.width, 0)) *
                               static_cast<std::size_t>(std::max(image.height, 0));
    if (pixels == 0 || image.rgb.size() != pixels * 3)
        return invalidArgument("The picture is empty; choose one with at least one pixel.");
    const auto side = [](const char *name, int size) -> Result<void> {
        if (size >= 1 && size <= mostPixelsPerSide)
            return {};
        return invalidArgument(
            fmt::format("\"{}\" is {}; give 1 to {} pixels.", name, size, mostPixelsPerSide));
    };
    if (auto width = side("width", how.width); !width)
        return width;
    if (auto height = side("height", how.height); !height)
        return height;
    if (auto shorter = side("shorter_side", how.shorterSide.value_or(1)); !shorter)
        return shorter;
    if (!std::isfinite(how.scale) || !std::isfinite(how.padValue))
        return invalidArgument("\"scale\" and \"pad_value\" must be finite numbers.");
    return checkMeanAndStd(how);
}

std::vector<std::uint8_t> grayOf(const Image &image)
{
    std::vector<std::uint8_t> gray(image.rgb.size() / 3);
    const std::uint8_t *pixel = image.rgb.data();
    for (std::uint8_t &value : gray) {
        value = static_cast<std::uint8_t>(
            (299U * pixel[0] + 587U * pixel[1] + 114U * pixel[2] + 500U) / 1000U);
        pixel += 3;
    }
    return gray;
}

int cvFlag(Interpolation interpolation)
{
    switch (interpolation) {
    case Interpolation::Nearest:
        return cv::INTER_NEAREST;
    case Interpolation::Bicubic:
        return cv::INTER_CUBIC;
    case Interpolation::Area:
        return cv::INTER_AREA;
    case Interpolation::Lanczos:
        return cv::INTER_LANCZOS4;
    case Interpolation::Bilinear:
    case Interpolation::Hamming:
        break;
    }
    return cv::INTER_LINEAR;
}

// Resizes in 8 bits, as cv::dnn::blobFromImage does.
Result<std::vector<float>> resizedByCv(const PixelView<std::uint8_t> &picture,
                                       const ResizeWindow &window, Interpolation interpolation)
{
    const double pixels =
        static_cast<double>(window.resizedWidth) * static_cast<double>(window.resizedHeight);
    if (pixels > 4.0 * maxImagePixels)
        return invalidArgument(fmt::format(
            "A picture of {} x {} pixels is too long for \"crop\" without \"antialias\"; cut it.",
            picture.width, picture.height));
    try {
        const int type = CV_8UC(picture.channels);
        const cv::Mat source(picture.height, picture.width, type,
                             const_cast<std::uint8_t *>(picture.samples));
        cv::Mat whole;
        cv::resize(
            source, whole,
            cv::Size(static_cast<int>(window.resizedWidth), static_cast<int>(window.resizedHeight)),
            0, 0, cvFlag(interpolation));
        const cv::Mat part =
            whole(cv::Rect(static_cast<int>(window.left), static_cast<int>(window.top),
                           window.width, window.height));
        cv::Mat real;
        part.convertTo(real, CV_32F);
        const auto *from = real.ptr<float>();
        return std::vector<float>(from, from + real.total() * real.channels());
    } catch (const cv::Exception &exception) {
        return Error{ErrorCode::Internal,
                     fmt::format("OpenCV could not resize the picture: {}.", exception.err)};
    }
}

// pixel * factor + offset = (pixel * scale - mean) / std, for each of the network's channels.
struct Affine
{
    std::array<double, 3> factor{};
    std::array<double, 3> offset{};
};

double channelValue(const std::vector<double> &values, std::size_t channel)
{
    return values.size() == 1 ? values.front() : values[channel];
}

Affine affineOf(const Preprocessing &how)
{
    Affine affine;
    for (std::size_t c = 0; c < static_cast<std::size_t>(channelCount(how.channels)); ++c) {
        const double std = channelValue(how.std, c);
        affine.factor[c] = how.scale / std;
        affine.offset[c] = -channelValue(how.mean, c) / std;
    }
    return affine;
}

// The distance in the tensor from one channel, column or row to the next.
struct Strides
{
    std::size_t channel = 0;
    std::size_t column = 0;
    std::size_t row = 0;
};

Strides stridesOf(Layout layout, std::size_t channels, std::size_t width, std::size_t height)
{
    if (layout == Layout::Nchw)
        return {width * height, 1, width};
    return {1, channels, channels * width};
}

Shape shapeOf(const Preprocessing &how)
{
    const int channels = channelCount(how.channels);
    if (how.layout == Layout::Nchw)
        return {channels, how.height, how.width};
    return {how.height, how.width, channels};
}

void fill(std::span<float> values, const std::vector<float> &pixels, const Placement &placement,
          const Preprocessing &how)
{
    const auto channels = static_cast<std::size_t>(channelCount(how.channels));
    const auto width = static_cast<std::size_t>(placement.window.width);
    const auto height = static_cast<std::size_t>(placement.window.height);
    const Strides strides = stridesOf(how.layout, channels, static_cast<std::size_t>(how.width),
                                      static_cast<std::size_t>(how.height));
    const Affine affine = affineOf(how);
    for (std::size_t c = 0; c < channels; ++c) {
        const auto value = [&](float pixel) {
            return static_cast<float>(static_cast<double>(pixel) * affine.factor[c] +
                                      affine.offset[c]);
        };
        float *plane = values.data() + c * strides.channel;
        if (how.resize == ResizeMode::Letterbox) {
            const auto all =
                static_cast<std::size_t>(how.width) * static_cast<std::size_t>(how.height);
            for (std::size_t i = 0; i < all; ++i)
                plane[i * strides.column] = value(how.padValue);
        }
        const std::size_t from = how.channels == Channels::Bgr ? 2 - c : c;
        for (std::size_t y = 0; y < height; ++y) {
            const float *pixel = pixels.data() + y * width * channels + from;
            float *target = plane + (y + static_cast<std::size_t>(placement.top)) * strides.row +
                            static_cast<std::size_t>(placement.left) * strides.column;
            for (std::size_t x = 0; x < width; ++x)
                target[x * strides.column] = value(pixel[x * channels]);
        }
    }
}

Result<std::vector<float>> resized(const Image &image, const ResizeWindow &window,
                                   const Preprocessing &how)
{
    const bool gray = how.channels == Channels::Gray;
    const std::vector<std::uint8_t> plane = gray ? grayOf(image) : std::vector<std::uint8_t>();
    const PixelView<std::uint8_t> view{gray ? plane.data() : image.rgb.data(), image.width,
                                       image.height, channelCount(how.channels)};
    if (how.antialias)
        return resample(view, window, how.interpolation);
    return resizedByCv(view, window, how.interpolation);
}

} // namespace

const char *channelsName(Channels channels)
{
    switch (channels) {
    case Channels::Bgr:
        return "bgr";
    case Channels::Gray:
        return "gray";
    case Channels::Rgb:
        break;
    }
    return "rgb";
}

const char *layoutName(Layout layout)
{
    return layout == Layout::Nhwc ? "NHWC" : "NCHW";
}

const char *resizeModeName(ResizeMode mode)
{
    switch (mode) {
    case ResizeMode::Crop:
        return "crop";
    case ResizeMode::Letterbox:
        return "letterbox";
    case ResizeMode::Stretch:
        break;
    }
    return "stretch";
}

const char *padPositionName(PadPosition position)
{
    return position == PadPosition::End ? "end" : "centre";
}

const char *interpolationName(Interpolation interpolation)
{
    switch (interpolation) {
    case Interpolation::Nearest:
        return "nearest";
    case Interpolation::Bicubic:
        return "bicubic";
    case Interpolation::Area:
        return "area";
    case Interpolation::Hamming:
        return "hamming";
    case Interpolation::Lanczos:
        return "lanczos";
    case Interpolation::Bilinear:
        break;
    }
    return "bilinear";
}

Result<PreprocessedImage> preprocess(const Image &image, const Preprocessing &how)
{
    if (auto sound = checkInput(image, how); !sound)
        return sound.error();
    try {
        const Placement placement = placed(image, how);
        const auto pixels = resized(image, placement.window, how);
        if (!pixels)
            return pixels.error();
        auto tensor = Tensor::create(DType::Float32, shapeOf(how));
        if (!tensor)
            return tensor.error();
        fill(tensor->mutableValues<float>(), *pixels, placement, how);
        return PreprocessedImage{std::move(*tensor), mappingOf(image, placement)};
    } catch (const std::bad_alloc &) {
        return Error{ErrorCode::ResourceExhausted,
                     "No memory to resize the picture; send a smaller one."};
    }
}

Result<Image> tensorAsImage(const Tensor &sample, const Preprocessing &how)
{
    if (auto sound = checkMeanAndStd(how); !sound)
        return sound.error();
    const auto reals = converted(sample, DType::Float32);
    if (!reals)
        return reals.error();
    Shape shape = sample.shape();
    if (shape.size() == 4 && shape.front() == 1)
        shape.erase(shape.begin());
    const bool first = how.layout == Layout::Nchw;
    const auto channels = static_cast<std::size_t>(channelCount(how.channels));
    if (shape.size() != 3 || shape[first ? 0 : 2] != static_cast<std::int64_t>(channels) ||
        sample.elementCount() == 0 || shape[first ? 1 : 0] > mostPixelsPerSide ||
        shape[first ? 2 : 1] > mostPixelsPerSide || how.scale == 0)
        return invalidArgument(fmt::format("A tensor of shape {} is no {} picture of {} channels.",
                                           shapeText(sample.shape()), layoutName(how.layout),
                                           channels));
    Image image;
    image.height = static_cast<int>(shape[first ? 1 : 0]);
    image.width = static_cast<int>(shape[first ? 2 : 1]);
    const auto width = static_cast<std::size_t>(image.width);
    const auto height = static_cast<std::size_t>(image.height);
    image.rgb.resize(3 * width * height);
    const auto values = reals->values<float>();
    const Strides strides = stridesOf(how.layout, channels, width, height);
    for (std::size_t i = 0; i < image.rgb.size(); ++i) {
        const std::size_t colour = i % 3;
        const std::size_t c = channels == 1                   ? 0
                              : how.channels == Channels::Bgr ? 2 - colour
                                                              : colour;
        const auto value =
            static_cast<double>(values[c * strides.channel + i / 3 * strides.column]);
        const double pixel =
            (value * channelValue(how.std, c) + channelValue(how.mean, c)) / how.scale;
        // The comparison also turns NaN into black.
        image.rgb[i] = pixel > 0 ? static_cast<std::uint8_t>(std::lround(std::min(pixel, 255.0)))
                                 : std::uint8_t{0};
    }
    return image;
}

std::vector<float> resizePlane(std::span<const float> plane, int width, int height, int newWidth,
                               int newHeight, Interpolation interpolation, bool antialias)
{
    assert(plane.size() == static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    if (antialias)
        return resample(PixelView<float>{plane.data(), width, height, 1},
                        {newWidth, newHeight, 0, 0, newWidth, newHeight}, interpolation);
    const cv::Mat source(height, width, CV_32FC1, const_cast<float *>(plane.data()));
    cv::Mat target;
    cv::resize(source, target, cv::Size(newWidth, newHeight), 0, 0, cvFlag(interpolation));
    return {target.ptr<float>(), target.ptr<float>() + target.total()};
}

} // namespace warmbench
