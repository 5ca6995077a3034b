// What one source says of a model, in the words of its settings file: keys in the network's
// metadata, the form of its outputs, the settings file itself. Several sources are merged in the
// order of their precedence. Thread: values.
#pragma once

#include "model/model_settings.h"

#include <optional>
#include <string>
#include <vector>

namespace warmbench {

// Where a value comes from, from the least to the most binding.
enum class Origin : std::uint8_t { Guessed, Network, Form, Beside, Metadata, SettingsFile, User };
const char *originName(Origin origin); // "guessed", "network", "output form", ...

// What a network of so many pixels leaves of a picture's shorter side: the rest is cut away.
struct CropShare
{
    int size = 0;
    double share = 1; // above 0
};
// A value of a column, as one would write it.
struct Example
{
    std::string column; // empty: the columns have no names, and come in their order
    std::string value;
};
// What a model is about whose inputs are not prepared here.
enum class Medium : std::uint8_t { Text, Sound, Video };

struct Hints
{
    Origin origin = Origin::Guessed;
    std::string source;  // as sentences name it: "Ultralytics keys"
    std::string summary; // what it takes the model for: "YOLO v8 detection"; empty: it does not say
    std::optional<Task> task;
    std::vector<std::string> labels;
    std::vector<std::string> characters; // of a reader of text, without blank and space
    InputSettings input;
    // Where `input` does not say "shorter_side", in the order of preference: the first counts for
    // networks of a size that is not here. Those that are here are no contradiction to `input`.
    std::vector<CropShare> cropShares;
    std::optional<Medium> medium;
    std::optional<Activation> activation;
    std::optional<DecoderSettings> decoder;
    std::vector<Example> examples;     // of the columns of a table
    std::vector<std::string> warnings; // about what it says and is not understood
};

} // namespace warmbench
