// Which dimension of a network's input holds the channels of a picture, and which channels fit.
// Thread: pure functions.
#pragma once

#include "engine/network_spec.h"
#include "tensor/preprocessing.h"

namespace warmbench {

// Whether the channels are the first dimension after the batch, the last, or either.
struct ChannelPlaces
{
    bool first = false;
    bool last = false;
};
// Of an input with three dimensions behind the batch, or without one. 1 and 3 channels are more
// likely than 2 and 4. Optimum leaves the channels free and names them.
ChannelPlaces channelPlaces(const TensorSpec &input);

// Grey, colour, or one of them with alpha.
bool fitsPicture(const Dimension &channels);
// The usual ones of 1 to 4; of any other count those of colour.
Channels usualChannels(std::int64_t count);
// The words of the settings file for 1 to 4 channels: "rgb or bgr".
const char *channelChoices(std::int64_t count);
// The same order of colours with alpha behind it.
Channels withAlpha(Channels channels);

} // namespace warmbench
