#include "tensor/preprocessing.h"
#include "tensor/conversion.h"

#include "tensor/fit_size.h"
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

constexpr float opaque = 255;

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

// Half of what is cut away, halves rounded to even: torchvision's center_crop.
std::int64_t centred(std::int64_t size, int part)
{
    return static_cast<std::int64_t>(std::nearbyint(static_cast<double>(size - part) / 2));
}

Placement stretched(const Preprocessing &how)
{
    ResizeWindow window{how.width, how.height, 0, 0, how.width, how.height};
    const int shorter = std::min(how.width, how.height);
    if (const int side = how.shorterSide.value_or(0); side > shorter) {
        window.resizedWidth = std::int64_t{side} * how.width / shorter;
        window.resizedHeight = std::int64_t{side} * how.height / shorter;
        window.left = centred(window.resizedWidth, how.width);
        window.top = centred(window.resizedHeight, how.height);
    }
    return {window, 0, 0};
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
    case ResizeMode::Fit: {
        const FitSize fit = fitSize(image.width, image.height, how);
        return {
            {fit.pictureWidth, fit.pictureHeight, 0, 0, fit.pictureWidth, fit.pictureHeight}, 0, 0};
    }
    case ResizeMode::Stretch:
        break;
    }
    return stretched(how);
}

// The preparation with the size that this picture gives the network.
Preprocessing sizedFor(const Image &image, Preprocessing how)
{
    if (how.resize == ResizeMode::Fit) {
        const FitSize fit = fitSize(image.width, image.height, how);
        how.width = fit.width;
        how.height = fit.height;
    }
    return how;
}

ImageMapping mappingOf(const Image &image, const Placement &placement, const Preprocessing &how)
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
    mapping.networkWidth = how.width;
    mapping.networkHeight = how.height;
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
    if (auto longest = side("longest_side", std::max(how.fit.longestSide, 1)); !longest)
        return longest;
    if (auto multiple = side("multiple_of", how.fit.multipleOf); !multiple)
        return multiple;
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

constexpr std::size_t mostChannels = 4;

// Channels that are resized; alpha is not.
constexpr int colourCount(Channels channels)
{
    return channelCount(channels) - (hasAlpha(channels) ? 1 : 0);
}

bool swapsRedAndBlue(Channels channels)
{
    return channels == Channels::Bgr || channels == Channels::Bgra;
}

// pixel * factor + offset = (pixel * scale - mean) / std, for each of the network's channels.
struct Affine
{
    std::array<double, mostChannels> factor{};
    std::array<double, mostChannels> offset{};
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
    const auto colours = static_cast<std::size_t>(colourCount(how.channels));
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
        const bool alpha = c == colours;
        if (how.resize == ResizeMode::Letterbox || how.resize == ResizeMode::Fit || alpha) {
            const auto all =
                static_cast<std::size_t>(how.width) * static_cast<std::size_t>(how.height);
            const float border = alpha ? value(opaque) : how.padsWithMean ? 0 : value(how.padValue);
            for (std::size_t i = 0; i < all; ++i)
                plane[i * strides.column] = border;
        }
        if (alpha)
            continue;
        const std::size_t from = swapsRedAndBlue(how.channels) ? 2 - c : c;
        for (std::size_t y = 0; y < height; ++y) {
            const float *pixel = pixels.data() + y * width * colours + from;
            float *target = plane + (y + static_cast<std::size_t>(placement.top)) * strides.row +
                            static_cast<std::size_t>(placement.left) * strides.column;
            for (std::size_t x = 0; x < width; ++x)
                target[x * strides.column] = value(pixel[x * colours]);
        }
    }
}

Result<std::vector<float>> resized(const Image &image, const ResizeWindow &window,
                                   const Preprocessing &how)
{
    const int colours = colourCount(how.channels);
    const bool gray = colours == 1;
    const std::vector<std::uint8_t> plane = gray ? grayOf(image) : std::vector<std::uint8_t>();
    const PixelView<std::uint8_t> view{gray ? plane.data() : image.rgb.data(), image.width,
                                       image.height, colours};
    if (how.antialias)
        return resample(view, window, how.interpolation);
    return resizedByCv(view, window, how.interpolation);
}

struct Centre
{
    int left = 0;
    int top = 0;
    int width = 0;
    int height = 0;
};

// The largest part of the network's proportions, with offsets rounded down.
Centre centreOf(const Image &image, const Preprocessing &how)
{
    const auto part = [](int side, int other, int ours, int theirs) {
        const std::int64_t most = std::int64_t{other} * ours / theirs;
        return static_cast<int>(std::clamp<std::int64_t>(most, 1, side));
    };
    Centre centre;
    centre.width = part(image.width, image.height, how.width, how.height);
    centre.height = part(image.height, image.width, how.height, how.width);
    centre.left = (image.width - centre.width) / 2;
    centre.top = (image.height - centre.height) / 2;
    return centre;
}

// Cuts the centre out, then stretches it, as Ultralytics' classifiers up to 8.0 had it (data/
// augment.py, CenterCrop).
Result<PreprocessedImage> preprocessCentre(const Image &image, const Preprocessing &how)
{
    const Centre centre = centreOf(image, how);
    Image cut{centre.width, centre.height, {}};
    const auto row = static_cast<std::ptrdiff_t>(centre.width) * 3;
    cut.rgb.reserve(static_cast<std::size_t>(row) * static_cast<std::size_t>(centre.height));
    for (int y = 0; y < centre.height; ++y) {
        const auto from =
            image.rgb.begin() +
            (static_cast<std::ptrdiff_t>(centre.top + y) * image.width + centre.left) * 3;
        cut.rgb.insert(cut.rgb.end(), from, from + row);
    }
    Preprocessing stretch = how;
    stretch.resize = ResizeMode::Stretch;
    auto made = preprocess(cut, stretch);
    if (made) {
        ImageMapping &mapping = made->mapping;
        mapping.offsetX += centre.left;
        mapping.offsetY += centre.top;
        mapping.originalWidth = image.width;
        mapping.originalHeight = image.height;
    }
    return made;
}

} // namespace

const char *channelsName(Channels channels)
{
    switch (channels) {
    case Channels::Bgr:
        return "bgr";
    case Channels::Gray:
        return "gray";
    case Channels::Rgba:
        return "rgba";
    case Channels::Bgra:
        return "bgra";
    case Channels::GrayAlpha:
        return "gray-alpha";
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
    case ResizeMode::Fit:
        return "fit";
    case ResizeMode::Stretch:
        break;
    }
    return "stretch";
}

std::string sizeText(const Preprocessing &how)
{
    if (how.fit.freeWidth && how.fit.freeHeight && how.fit.shrink)
        return how.shorterSide == how.fit.longestSide
                   ? fmt::format("longer side {} pixels", how.fit.longestSide)
                   : fmt::format("shorter side {} pixels", how.shorterSide.value_or(0));
    if (how.fit.freeWidth && how.fit.freeHeight)
        return fmt::format("up to {} pixels", how.fit.longestSide);
    if (how.fit.freeWidth)
        return fmt::format("{} pixels high", how.height);
    if (how.fit.freeHeight)
        return fmt::format("{} pixels wide", how.width);
    return fmt::format("{} x {}", how.width, how.height);
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
        if (how.resize == ResizeMode::Crop && !how.antialias && !how.shorterSide)
            return preprocessCentre(image, how);
        const Placement placement = placed(image, how);
        const auto pixels = resized(image, placement.window, how);
        if (!pixels)
            return pixels.error();
        const Preprocessing sized = sizedFor(image, how);
        auto tensor = Tensor::create(DType::Float32, shapeOf(sized));
        if (!tensor)
            return tensor.error();
        fill(tensor->mutableValues<float>(), *pixels, placement, sized);
        return PreprocessedImage{std::move(*tensor), mappingOf(image, placement, sized)};
    } catch (const std::bad_alloc &) {
        return Error{ErrorCode::ResourceExhausted,
                     "No memory to resize the picture; send a smaller one."};
    }
}

std::size_t preparedBytes(const Preprocessing &how)
{
    return sizeof(float) * static_cast<std::size_t>(how.width) *
           static_cast<std::size_t>(how.height) *
           static_cast<std::size_t>(channelCount(how.channels));
}

std::size_t preparedBytes(const Image &image, const Preprocessing &how)
{
    const bool sound = image.width > 0 && image.height > 0 && how.fit.multipleOf > 0;
    return preparedBytes(sound ? sizedFor(image, how) : how);
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
        const std::size_t c = channels <= 2                   ? 0
                              : swapsRedAndBlue(how.channels) ? 2 - colour
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
