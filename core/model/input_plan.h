// What to do with an input before the network gets it, and where each value came from: you, the
// settings file, embedded metadata, the network's own shape, or a guess. Thread: values, pure
// functions.
#pragma once

#include "base/result.h"
#include "engine/network_spec.h"
#include "model/model_settings.h"
#include "tensor/preprocessing.h"

#include <map>
#include <string>
#include <vector>

namespace warmbench {

enum class Origin : std::uint8_t { Guessed, Network, Metadata, SettingsFile, User };
const char *originName(Origin origin); // "guessed", "network", "metadata", "settings file", "you"

enum class InputKind : std::uint8_t { Image, Features, Tensor };

struct InputPlan
{
    InputKind kind = InputKind::Tensor;
    std::size_t index = 0;       // which of the network's inputs
    Preprocessing preprocessing; // for Image
    std::vector<Feature>
        features; // for Features: settings, or "feature 1".. where the settings name none
    std::map<std::string, Origin> origins; // by settings key: "width", "channels", "scale", ...
    std::vector<std::string> warnings;     // sources that disagree, guesses
};

// Settings over embedded metadata (Image.BitmapPixelFormat, Image.NominalPixelRange of Windows ML)
// over the network's shape over a guess. InvalidArgument: settings that the network's input cannot
// take (named), such as a channel count.
Result<InputPlan> planInput(const NetworkSpec &spec, const ModelSettings &settings);

} // namespace warmbench
