// Plans what is done with an input before the network gets it, and remembers where each value came
// from: the user, the settings file, embedded metadata, the form of the outputs, the network's own
// shape, or a guess.
// Thread: values, pure functions.
#pragma once

#include "base/result.h"
#include "engine/network_spec.h"
#include "model/companion_inputs.h"
#include "model/model_settings.h"
#include "model/understanding/hints.h"
#include "tensor/preprocessing.h"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace warmbench {

enum class InputKind : std::uint8_t { Image, Features, Tensor };

struct InputPlan
{
    InputKind kind = InputKind::Tensor;
    std::size_t index = 0;       // which of the network's inputs
    Preprocessing preprocessing; // for Image
    // For Image: the network's other inputs, if the program can fill them all.
    std::vector<CompanionInput> companions;
    // For Features: those of the settings, else the columns, else "feature 1", "feature 2", ...
    std::vector<Feature> features;
    bool columns = false; // for Features: each is an input of its own, [N, 1], named as that
    std::map<std::string, Origin> origins; // by settings key: "width", "channels", "scale", ...
    // By settings key, what said it: "Ultralytics keys". Without an entry, the origin says all.
    std::map<std::string, std::string> sources;
    // For a model of text, sound or video: the sentence, without its full stop, that tells what it
    // was taken for and what to send instead. Else empty.
    std::string unserved;
    std::vector<std::string> warnings; // about sources that disagree, and guesses
    std::string guess; // the sentence about a preparation that rests on a guess; else empty
};

// Where the value of a key comes from, for people: "Ultralytics keys", "settings file", "guessed".
std::string originText(const InputPlan &plan, const std::string &key);

// Makes the plan. Settings take precedence over the hints, which stand in the order of their
// precedence, those over the network's shape, and that over a guess. InvalidArgument: settings that
// the network's input cannot take (named), such as a channel count.
Result<InputPlan> planInput(const NetworkSpec &spec, const ModelSettings &settings,
                            std::span<const Hints> hints);

} // namespace warmbench
