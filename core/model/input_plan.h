// Plans what is done with an input before the network gets it, and remembers where each value came
// from: the user, the settings file, embedded metadata, the network's own shape, or a guess.
// Thread: values, pure functions.
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
        features; // for Features: those of the settings, else "feature 1", "feature 2", ...
    std::map<std::string, Origin> origins; // by settings key: "width", "channels", "scale", ...
    std::vector<std::string> warnings;     // about sources that disagree, and guesses
};

// Makes the plan. Settings take precedence over embedded metadata (Image.BitmapPixelFormat,
// Image.NominalPixelRange of Windows ML), those over the network's shape, and that over a guess.
// InvalidArgument: settings that the network's input cannot take (named), such as a channel count.
Result<InputPlan> planInput(const NetworkSpec &spec, const ModelSettings &settings);

} // namespace warmbench
