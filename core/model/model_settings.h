// The settings file beside a model. It says what the model is for, how pictures become its input
// and what its output means. README.md ("A model's settings") lists every key with its default and
// gives an example for each task; tst_settings_reference compares it with this reader. Thread:
// values; parsing is pure, loading reads files.
#pragma once

#include "base/duration.h"
#include "base/result.h"
#include "model/labels.h"
#include "tensor/preprocessing.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warmbench {

enum class Task : std::uint8_t { Classification, Detection, Segmentation, Image, Tensor, Text };
const char *taskName(Task task);
enum class Activation : std::uint8_t { None, Softmax, Sigmoid };
const char *activationName(Activation activation);
enum class ReloadMode : std::uint8_t { Off, Notice, Auto };
const char *reloadModeName(ReloadMode mode);

// One number or text of a row of a table model.
struct Feature
{
    std::string name;
    std::string unit;
    std::optional<double> minimum;
    std::optional<double> maximum;
    std::optional<double> fallback; // "default"
    DType dtype = DType::Float32;   // what the network takes: from its file, not a key
    std::string example{};          // as one would write it, from files beside the model; or none
};

struct InputSettings
{
    std::optional<std::string> name;
    std::optional<std::string> preset; // the name of one (presets.h); the other keys override it
    std::optional<int> width;
    std::optional<int> height;
    std::optional<Channels> channels;
    std::optional<Layout> layout;
    std::optional<ResizeMode> resize;
    std::optional<int> shorterSide;
    std::optional<bool> shrink;
    std::optional<int> longestSide;
    std::optional<int> multipleOf;
    std::optional<int> padTo;
    std::optional<double> padValue;
    std::optional<bool> padsWithMean; // "pad_value": "mean"
    std::optional<PadPosition> padPosition;
    std::optional<Interpolation> interpolation;
    std::optional<bool> antialias;
    std::optional<double> scale; // a number or a fraction "1/255"
    std::optional<std::vector<double>> mean;
    std::optional<std::vector<double>> std;
    std::vector<Feature> features;
};

// Which numbers of an image output are black and white.
struct OutputRange
{
    double low = 0;
    double high = 1; // above `low`
};

struct OutputSettings
{
    std::optional<std::string> primary;
    std::optional<Activation> activation;
    std::optional<int> topK;
    std::optional<OutputRange> range; // unset: guessed from the values of each answer
};

struct DecoderSettings
{
    std::string type; // "ultraface", "ssd", "yolov8", ...
    double scoreThreshold = 0.7;
    double nmsThreshold = 0.3;
    // What follows the box in a row of YOLO's, in this order.
    int classes = 0;       // numbers that are scores; 0: all that are nothing else
    int masks = 0;         // coefficients of the prototypes of a mask
    int points = 0;        // of a skeleton, each of x and y, or of x, y and how visible it is
    bool oriented = false; // the last number is an angle
    std::vector<std::string> pointNames{};
};
// The decoder with the thresholds that its family's own tools use.
DecoderSettings decoderDefaults(std::string_view type);

// A known answer: an input file and what is expected of it (inference/matching/golden_check.h).
struct Golden
{
    std::string input;      // path relative to the settings file
    std::string label;      // expected label, or
    double minScore = 0;    //   with at least this score
    std::string expectFile; // expected numbers (.npy, .npz; may be the input's .npz), with
    double relativeTolerance = 1e-3;
    double absoluteTolerance = 1e-5;
};

struct ModelSettings
{
    std::optional<Task> task;
    std::vector<std::string> labels; // by index; read from the labels file or the list
    std::optional<std::filesystem::path> labelsFile;
    InputSettings input;
    OutputSettings output;
    std::optional<DecoderSettings> decoder;
    std::vector<Golden> golden;
    std::optional<std::string> engine;
    std::optional<int> instances;
    std::optional<bool> isolate;
    std::optional<int> maxBatch;
    std::optional<Milliseconds> keepAlive;
    std::optional<bool> pinned;
    std::optional<ReloadMode> reload;

    std::filesystem::path file;        // empty if there is no file
    std::string json;                  // its text as read; "{}" if there is no file
    std::vector<std::string> warnings; // unknown keys, each naming the nearest known one
    // What a person has changed and not saved (settings_edits.h): the changes, and the keys of
    // those that have a value ("task", "input.mean"). Both empty if nothing is changed.
    std::string edits;
    std::vector<std::string> edited;
};

// InvalidArgument: no JSON, or a wrong value; the message then names key, value and what is
// accepted. Both messages name line and column, and call the text `what`.
Result<ModelSettings> parseModelSettings(std::string_view json,
                                         std::string_view what = "The settings");

// The places where the settings of a model's file may be; the first file that exists is used. They
// are FILE.warmbench.json (with the model file's ending, for two models with one stem),
// STEM.warmbench.json, warmbench.json in its folder and, for a numbered version, warmbench.json in
// the folder of the versions.
std::vector<std::filesystem::path> settingsFilesFor(const std::filesystem::path &modelFile);

// Reads the settings beside a model's file, or gives defaults if there are none. It reads the
// labels file, too. Once links are followed, that file must be in the settings file's folder or
// below it, and so must the settings file itself. Errors as above with the file's name; NotFound:
// the labels file is missing.
Result<ModelSettings> loadModelSettings(const std::filesystem::path &modelFile);

// Reads this settings file, wherever it is. Errors as above; NotFound: it is not there.
Result<ModelSettings> readModelSettings(const std::filesystem::path &file);

} // namespace warmbench
