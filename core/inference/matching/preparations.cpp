#include "inference/matching/preparations.h"

#include "model/picture_channels.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace warmbench {

namespace {

constexpr double byteScale = 1.0 / 255.0;

// For red, green and blue.
const std::vector<double> imageNetMean{0.485, 0.456, 0.406};
const std::vector<double> imageNetStd{0.229, 0.224, 0.225};
const std::vector<double> bvlcMean{123, 117, 104};
const std::vector<double> kerasMean{123.68, 116.779, 103.939};
const std::vector<double> mnistMean{0.1307};
const std::vector<double> mnistStd{0.3081};

std::vector<double> reversed(std::vector<double> values)
{
    std::reverse(values.begin(), values.end());
    return values;
}

Preprocessing valued(Preprocessing how, double scale, std::vector<double> mean,
                     std::vector<double> std)
{
    how.scale = scale;
    how.mean = std::move(mean);
    how.std = std::move(std);
    return how;
}

// In the order of the channels, so that each colour keeps its own mean.
Preprocessing coloured(const Preprocessing &how, double scale, const std::vector<double> &mean,
                       const std::vector<double> &std)
{
    const bool turned = how.channels == Channels::Bgr || how.channels == Channels::Bgra;
    Preprocessing made =
        valued(how, scale, turned ? reversed(mean) : mean, turned ? reversed(std) : std);
    if (hasAlpha(how.channels)) {
        made.mean.push_back(0);
        made.std.resize(made.mean.size(), 1);
    }
    return made;
}

std::string numbers(const std::vector<double> &values)
{
    return fmt::format("{:g}", fmt::join(values, ", "));
}

bool are(const std::vector<double> &values, double one)
{
    return std::all_of(values.begin(), values.end(), [one](double each) { return each == one; });
}

std::string valuesText(const Preprocessing &how)
{
    const bool unit = std::abs(how.scale - byteScale) < 1e-12;
    if (std::abs(how.scale * 127.5 - 1) < 1e-9 && are(how.mean, 1) && are(how.std, 1))
        return "-1 to 1";
    std::string text = unit             ? "0 to 1"
                       : how.scale == 1 ? "0 to 255"
                                        : fmt::format("times {:g}", how.scale);
    if (!are(how.mean, 0))
        text += fmt::format(", less {}", numbers(how.mean));
    if (!are(how.std, 1))
        text += fmt::format(", over {}", numbers(how.std));
    return text;
}

std::string geometryText(const Preprocessing &how)
{
    switch (how.resize) {
    case ResizeMode::Crop:
        return fmt::format("shorter side {}, then the centre",
                           how.shorterSide.value_or(std::min(how.width, how.height)));
    case ResizeMode::Letterbox:
        return fmt::format("letterboxed {} with {}",
                           how.padPosition == PadPosition::End ? "at the end" : "in the centre",
                           how.padsWithMean ? "the mean" : fmt::format("{:g}", how.padValue));
    case ResizeMode::Fit:
        return "fitted, " + sizeText(how);
    case ResizeMode::Stretch:
        break;
    }
    return how.shorterSide ? fmt::format("stretched to {}, then the centre", *how.shorterSide)
                           : "stretched";
}

} // namespace

Preprocessing plainPreparation(const Preprocessing &how)
{
    Preprocessing plain;
    plain.width = how.width;
    plain.height = how.height;
    plain.layout = how.layout;
    plain.channels = usualChannels(channelCount(how.channels));
    return plain;
}

std::vector<Preprocessing> withValues(const Preprocessing &how, bool whole)
{
    std::vector<Preprocessing> all;
    const auto inRanges = [&all, whole](const Preprocessing &ordered) {
        if (!whole)
            all.push_back(valued(ordered, byteScale, {0}, {1}));
        all.push_back(valued(ordered, 1, {0}, {1}));
        if (!whole)
            all.push_back(valued(ordered, 1 / 127.5, {1}, {1}));
    };
    if (channelCount(how.channels) < 3) {
        inRanges(how);
        if (!whole)
            all.push_back(valued(how, byteScale, mnistMean, mnistStd));
        return all;
    }
    for (const Channels order : {Channels::Rgb, Channels::Bgr}) {
        Preprocessing ordered = how;
        ordered.channels = hasAlpha(how.channels) ? withAlpha(order) : order;
        inRanges(ordered);
        if (whole)
            continue;
        all.push_back(coloured(ordered, byteScale, imageNetMean, imageNetStd));
        all.push_back(coloured(ordered, 1, bvlcMean, {1}));
        all.push_back(coloured(ordered, 1, kerasMean, {1}));
    }
    // PaddleOCR reads pictures with OpenCV and leaves the mean in the order of red, green, blue
    // (ppocr/data/imaug/operators.py).
    if (!whole) {
        all.push_back(valued(how, byteScale, imageNetMean, imageNetStd));
        all.back().channels = hasAlpha(how.channels) ? Channels::Bgra : Channels::Bgr;
    }
    return all;
}

std::vector<Preprocessing> withSizes(const Preprocessing &how)
{
    std::vector<Preprocessing> all;
    all.push_back(how);
    all.back().resize = ResizeMode::Stretch;
    const int size = std::min(how.width, how.height);
    for (const double factor : {1 / 0.875, 1.0, 232.0 / 224, 1 / 0.9, 1 / 0.95}) {
        all.push_back(how);
        all.back().resize = ResizeMode::Crop;
        // A whole number must not become less by rounding.
        all.back().shorterSide = static_cast<int>(std::floor(size * factor + 1e-6));
    }
    for (const auto &[position, grey] : {std::pair(PadPosition::Centre, 114.0F),
                                         {PadPosition::Centre, 0.0F},
                                         {PadPosition::End, 114.0F}}) {
        all.push_back(how);
        all.back().resize = ResizeMode::Letterbox;
        all.back().padPosition = position;
        all.back().padValue = grey;
    }
    return all;
}

std::vector<Preprocessing> withFilters(const Preprocessing &how)
{
    std::vector<Preprocessing> all;
    for (const auto &[filter, antialias] : {std::pair(Interpolation::Bilinear, true),
                                            {Interpolation::Bicubic, true},
                                            {Interpolation::Bilinear, false},
                                            {Interpolation::Area, false},
                                            {Interpolation::Lanczos, true},
                                            {Interpolation::Nearest, false}}) {
        all.push_back(how);
        all.back().interpolation = filter;
        all.back().antialias = antialias;
    }
    return all;
}

std::string preparationText(const Preprocessing &how)
{
    return fmt::format("{}, {}; {}; {} {}", channelsName(how.channels), valuesText(how),
                       geometryText(how), how.antialias ? "Pillow's" : "OpenCV's",
                       interpolationName(how.interpolation));
}

} // namespace warmbench
