// Turns a picture into the kind of tensor that a network was trained on: size, channel order,
// scale, mean, std.
//
// A pixel (0..255) becomes (pixel * scale - mean) / std, with mean and std for each channel in the
// network's channel order. With `antialias`, resizing filters as Pillow's resize and torchvision's
// antialias=True do: the filter's support grows with the reduction, coordinates are pixel centres,
// and weights are normalized again at the edges. Both passes round to 8 bits in Pillow's fixed
// point, so that pixels are those of Pillow. Without `antialias`, cv::resize does the work.
// Pictures are opaque: where the network takes an alpha channel, that is 255 everywhere.
// Thread: any; pure functions. Cost: O(pixels).
#pragma once

#include "base/result.h"
#include "tensor/image.h"
#include "tensor/tensor.h"

#include <optional>
#include <string>
#include <vector>

namespace warmbench {

enum class Channels : std::uint8_t { Rgb, Bgr, Gray, Rgba, Bgra, GrayAlpha };
enum class Layout : std::uint8_t { Nchw, Nhwc };
enum class ResizeMode : std::uint8_t { Stretch, Crop, Letterbox, Fit };
enum class PadPosition : std::uint8_t { Centre, End };
// Hamming is Pillow's and needs `antialias`.
enum class Interpolation : std::uint8_t { Nearest, Bilinear, Bicubic, Area, Hamming, Lanczos };

// Which sides of the network's input follow the picture, and how far.
struct FitSides
{
    bool freeWidth = false; // `width` and `height` of a side that follows are the least it has
    bool freeHeight = false;
    int longestSide = 0; // the most pixels of a side that follows; 0: as many as there may be
    int multipleOf = 1;  // of such a side
    // With `shorterSide`, where both follow: a larger picture is shrunk to it as well, and
    // `multipleOf` counts for nothing.
    bool shrink = false;

    bool operator==(const FitSides &) const = default;
};

struct Preprocessing
{
    int width = 0; // of the network's input, pixels
    int height = 0;
    Channels channels = Channels::Rgb;
    Layout layout = Layout::Nchw;
    ResizeMode resize = ResizeMode::Stretch;
    // For Crop: the shorter side in pixels before the centre is cut out. If unset or too small to
    // cover the network's size, it is as small as covers it. For Stretch the same of the stretched
    // picture, which has the network's proportions: timm's "squash" (timm/data/
    // transforms_factory.py). For Fit: a picture whose shorter side is less is enlarged to it.
    std::optional<int> shorterSide;
    float padValue = 114; // Letterbox, Fit: pixel value of the border, 0..255
    // Letterbox, Fit: the border becomes 0 in the network's numbers, whatever `padValue` is: the
    // mean of each channel, as where a framework pads after it has normalised.
    bool padsWithMean = false;
    // Letterbox: with Centre, sides are rounded and the border is all around, as Ultralytics'
    // LetterBox does it (data/augment.py). With End, sides are rounded down and the border is right
    // and below, as YOLOX's preproc does it (yolox/data/data_augment.py).
    PadPosition padPosition = PadPosition::Centre;
    FitSides fit; // Fit: each picture gets a size of its own, see fit_size.h
    Interpolation interpolation = Interpolation::Bilinear;
    bool antialias = true;
    double scale = 1.0 / 255.0;
    std::vector<double> mean{0}; // one value, or one for each channel
    std::vector<double> std{1};

    bool operator==(const Preprocessing &) const = default;
};

constexpr int channelCount(Channels channels)
{
    switch (channels) {
    case Channels::Gray:
        return 1;
    case Channels::GrayAlpha:
        return 2;
    case Channels::Rgba:
    case Channels::Bgra:
        return 4;
    case Channels::Rgb:
    case Channels::Bgr:
        break;
    }
    return 3;
}
constexpr bool hasAlpha(Channels channels)
{
    return channelCount(channels) % 2 == 0; // the last channel
}
const char *channelsName(Channels channels); // "rgb", "bgr", "gray", "rgba", "bgra", "gray-alpha"
const char *layoutName(Layout layout);       // "NCHW", "NHWC"
const char *resizeModeName(ResizeMode mode); // "stretch", "crop", "letterbox", "fit"
// The network's size, for people: "640 x 640"; where sides follow the picture "up to 960 pixels",
// "shorter side 800 pixels", "48 pixels high".
std::string sizeText(const Preprocessing &how);
const char *padPositionName(PadPosition position); // "centre", "end"
const char *interpolationName(
    Interpolation interpolation); // "nearest", "bilinear", "bicubic", "area", "hamming", "lanczos"

// Where the network's pixels are in the original picture: original = network * scale + offset, per
// axis.
struct ImageMapping
{
    double scaleX = 1;
    double scaleY = 1;
    double offsetX = 0;
    double offsetY = 0;
    int originalWidth = 0;
    int originalHeight = 0;
    // Of the network's input for this picture; 0: as large as the preparation says.
    int networkWidth = 0;
    int networkHeight = 0;
};

struct PreprocessedImage
{
    Tensor tensor; // float32, [C, H, W] or [H, W, C]: one sample without its batch dimension
    ImageMapping mapping;
};

// InvalidArgument: empty picture, sizes not positive or above 16384, mean or std of a wrong count,
// a std of 0, or Crop without antialias for a picture so long that its resized form would have more
// than 400 megapixels. ResourceExhausted: no memory.
Result<PreprocessedImage> preprocess(const Image &image, const Preprocessing &how);

// Memory of the tensor that a picture becomes: of this one, and the least of any.
std::size_t preparedBytes(const Image &image, const Preprocessing &how);
std::size_t preparedBytes(const Preprocessing &how);

// What the network saw, as a picture: the inverse of scale, mean and std, clamped to 0..255. Only
// for people to look at.
Result<Image> tensorAsImage(const Tensor &sample, const Preprocessing &how);

// One channel plane resized as `preprocess` does it; shared with image outputs and tests.
// Row-major, 0..255 floats.
std::vector<float> resizePlane(std::span<const float> plane, int width, int height, int newWidth,
                               int newHeight, Interpolation interpolation, bool antialias);

} // namespace warmbench
