// Golden answers of a model's settings: inputs with what the network is known to answer.
// Thread: any; goldenRequest() and goldenAnswer() read files.
#pragma once

#include "inference/inference_types.h"
#include "inference/matching/closeness.h"

#include <optional>
#include <string>

namespace warmbench {

inline constexpr Bytes longestGolden = mebibytes(256); // of the file of an input or answer

struct GoldenAnswer
{
    bool agrees = false;
    std::optional<Closeness> closeness; // where numbers were expected
    std::optional<float> score;         // of the label expected; unset: it is not in the answer
    std::string sentence; // "largest difference 2e-06", "\"3\" with 0.93", and why it fails
};

// What runs the input: a picture, .json, .npy, .csv, or .npz with the network's inputs by name.
// InvalidArgument: the file is outside of the settings' folder; NotFound, and those of readFile().
Result<InferenceRequest> goldenRequest(const ModelBundle &model, const Golden &golden);

// What the prediction says to it. Errors: the expected file cannot be read, or does not fit the
// outputs.
Result<GoldenAnswer> goldenAnswer(const ModelBundle &model, const Golden &golden,
                                  const Prediction &prediction);

} // namespace warmbench
