// Reads a body in JSON: an object with one of "input", "inputs", "tensors", "features",
// "image_b64", or a list. Private to this folder. Thread: any; pure functions. Errors are
// InvalidArgument and name the key, what came and what was expected.
#pragma once

#include "inference/body/body_target.h"
#include "inference/body/input_bytes.h"

#include <string_view>

namespace warmbench {

// For error messages: `{"input": [...]}, ... or {"image_b64": "..."}`.
inline constexpr std::string_view acceptedObjects =
    "{\"input\": [...]}, {\"inputs\": [[...], ...]}, {\"tensors\": {\"NAME\": [...]}}, "
    "{\"features\": {...}} or {\"image_b64\": \"...\"}";

// Reads a body that is an object.
Result<InferenceInputs> objectInputs(const BodyTarget &target, std::string_view body,
                                     RunControl &control);
// Reads a body that is a list; it means the same as under the key "input".
Result<InferenceInputs> listInputs(const BodyTarget &target, std::string_view body,
                                   RunControl &control);

} // namespace warmbench
