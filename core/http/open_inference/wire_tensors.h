// One input of an infer request as it stands there, and what becomes of it: a tensor at once, or
// pictures that are decoded in their turn.
// Private to this folder. Thread: any; pure functions, run on a worker of the pool. Errors are
// InvalidArgument and name the input; ResourceExhausted where there is no room for what it becomes.
#pragma once

#include "inference/body/input_bytes.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace warmbench::http {

inline constexpr std::size_t lengthSize = 4; // before each element of a BYTES tensor

// The views point into the body.
struct WireInput
{
    std::string name;
    DType dtype = DType::Float32;
    Shape shape;
    std::size_t count = 0;
    std::string_view json;                // of "data"; empty where there is none
    std::optional<std::string_view> blob; // behind the JSON
};

// A copy of its bytes, or the numbers and texts of its JSON.
Result<Tensor> tensorOf(const WireInput &input, RunControl &control);
// A BYTES tensor of shape [N] or [N, 1], one picture an element. `keeper` owns the body.
Result<InferenceInputs> picturesOf(const ModelBundle &model, const WireInput &input,
                                   const Keeper &keeper, RunControl &control);

} // namespace warmbench::http
