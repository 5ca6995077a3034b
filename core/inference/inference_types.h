// What goes into a prediction and what comes out of it.
// Thread: values.
#pragma once

#include "base/clock.h"
#include "base/duration.h"
#include "base/memory_budget.h"
#include "base/result.h"
#include "inference/run_control.h"
#include "inference/sample_result.h"
#include "inference/samples.h"
#include "model/cache/model_cache.h"
#include "tensor/image.h"
#include "tensor/tensor.h"

#include <array>
#include <functional>
#include <stop_token>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace warmbench {

// One entry a sample, preprocessed as the model's settings say.
using ImageInputs = Samples<Image>;
// One entry a sample for the planned input, without the batch dimension.
using SampleInputs = Samples<Tensor>;
// The network's inputs by name, batch dimension included.
using TensorInputs = std::vector<NamedTensor>;
using InferenceInputs = std::variant<ImageInputs, SampleInputs, TensorInputs>;

// Turns what the client sent into inputs for this model. It runs on a worker of the pool while the
// model is pinned. Its time counts as "decode", and so does the time for samples that it leaves to
// be made later. It asks the control before it makes something large, and within long loops.
// InvalidArgument names the tensor, what came, what was expected and how to mend it. If its
// pictures turn out to be heavy, it is called a second time and must give the same again.
using InputDecoder = std::function<Result<InferenceInputs>(const ModelBundle &, RunControl &)>;

// How the mask of an object is told.
enum class MaskForm : std::uint8_t { Polygons, RunLengths, None };

// What one request wants otherwise than the model's settings say.
struct AnswerOptions
{
    std::optional<double> scoreThreshold; // of detections, 0 to 1
    std::optional<double> nmsThreshold;   // overlap of detections, 0 to 1
    std::optional<int> topK;              // classes, from 1
    MaskForm masks = MaskForm::Polygons;
    bool keepPicture = false; // of a single sample, to draw the answer on it
    // Where pictures of several sizes give outputs of several shapes, there are results alone and
    // no outputs, instead of an error.
    bool resultsSuffice = false;
};

struct InferenceRequest
{
    ModelId model; // empty name: the default model
    InputDecoder decode;
    std::stop_token cancellation;
    std::optional<Milliseconds> deadline; // from submission; unset: the service's default
    AnswerOptions answer;
    std::string client = "window"; // who sent the request, for the log
    // Decoding takes microseconds: if the network is quick too, the calling thread may do
    // everything.
    bool quick = false;
    // The budget that the request's memory counts in; null: the service's own.
    std::shared_ptr<MemoryBudget> memory;
};

enum class Phase : std::uint8_t { Load, Queue, Decode, Preprocess, Infer, Postprocess };
inline constexpr std::array allPhases{Phase::Load,       Phase::Queue, Phase::Decode,
                                      Phase::Preprocess, Phase::Infer, Phase::Postprocess};
// "load", "queue", "decode", "preprocess", "infer", "postprocess"
const char *phaseName(Phase phase);

// The phases add up to the total. Load is 0 if the model was loaded already.
struct PhaseTimings
{
    std::array<std::chrono::nanoseconds, allPhases.size()> phases{};
    std::chrono::nanoseconds total{};
    std::chrono::nanoseconds &operator[](Phase phase)
    {
        return phases[static_cast<std::size_t>(phase)];
    }
    std::chrono::nanoseconds operator[](Phase phase) const
    {
        return phases[static_cast<std::size_t>(phase)];
    }
};

struct Prediction
{
    std::vector<NamedTensor> outputs; // all outputs in the file's order, batch dimension included,
                                      // never reshaped by activation
    std::size_t primary = 0;
    std::vector<SampleResult> results; // one a sample
    Task task = Task::Tensor;
    ModelId model; // with the version that answered
    std::string digest;
    std::string engine;
    std::string caveat;                // the first of the network's caveats; empty if it has none
    std::vector<std::string> warnings; // why the answer may be wrong: the caveat, a preparation
                                       // that is a guess
    CacheOutcome cache = CacheOutcome::Hit;
    PhaseTimings timings;
    std::size_t runs = 1;                // of the network
    MaskForm masks = MaskForm::Polygons; // as the request wants them
    // Time and memory that are left for writing the answer; it also holds the memory of this
    // prediction.
    RunControl control;
    // What the network saw, for the window: kept only for a single picture.
    std::optional<Tensor> seen;
    std::optional<ImageMapping> mapping;
    std::optional<Image> picture; // as sent, where the request asks to keep it
};

} // namespace warmbench
