// The "inputs" of an infer request: read as they stand there, then made into what the model takes.
// Private to this folder. Thread: any; pure functions, run on a worker of the pool. Errors are
// InvalidArgument and name the input, what came and what was expected.
#pragma once

#include "http/open_inference/open_inference_members.h"
#include "http/open_inference/wire_tensors.h"

#include <string_view>
#include <vector>

namespace warmbench::http {

// `binary`: the bytes behind the JSON, which the inputs take one after the other.
Result<std::vector<WireInput>> readInputs(const ModelBundle &model, const Members &members,
                                          std::string_view binary, RunControl &control);

// True for the input that the model's pictures go to.
bool takesPictures(const ModelBundle &model, std::size_t index);

// Tensors by name, samples of one tensor for a network that takes one at a time, or pictures.
Result<InferenceInputs> fitted(const ModelBundle &model, const std::vector<WireInput> &inputs,
                               const Keeper &keeper, RunControl &control);

} // namespace warmbench::http
