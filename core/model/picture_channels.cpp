#include "model/picture_channels.h"

#include <span>

namespace warmbench {

namespace {

bool countsAlpha(const Dimension &channels)
{
    return channels.size == 2 || channels.size == 4;
}

} // namespace

ChannelPlaces channelPlaces(const TensorSpec &input)
{
    const auto sample = std::span(input.shape).last(3);
    const Dimension &first = sample.front();
    const Dimension &last = sample.back();
    const auto fits = [](const Dimension &extent) {
        return fitsPicture(extent) || (extent.free() && extent.name == "num_channels");
    };
    ChannelPlaces places{fits(first), fits(last)};
    if (places.first && places.last && countsAlpha(first) != countsAlpha(last))
        (countsAlpha(first) ? places.first : places.last) = false;
    return places;
}

bool fitsPicture(const Dimension &channels)
{
    return channels.size >= 1 && channels.size <= 4;
}

Channels usualChannels(std::int64_t count)
{
    switch (count) {
    case 1:
        return Channels::Gray;
    case 2:
        return Channels::GrayAlpha;
    case 4:
        return Channels::Rgba;
    default:
        return Channels::Rgb;
    }
}

const char *channelChoices(std::int64_t count)
{
    switch (count) {
    case 1:
        return "gray";
    case 2:
        return "gray-alpha";
    case 4:
        return "rgba or bgra";
    default:
        return "rgb or bgr";
    }
}

Channels withAlpha(Channels channels)
{
    switch (channels) {
    case Channels::Rgb:
        return Channels::Rgba;
    case Channels::Bgr:
        return Channels::Bgra;
    case Channels::Gray:
        return Channels::GrayAlpha;
    default:
        return channels;
    }
}

} // namespace warmbench
