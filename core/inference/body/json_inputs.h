// The object that a body in JSON is: one of "input", "inputs", "tensors", "features", "image_b64".
// Private to this folder. Thread: any; pure functions. Errors are InvalidArgument and name the key,
// what came and what was expected.
#pragma once

#include "inference/body/body_target.h"
#include "inference/body/input_bytes.h"

#include <string_view>

namespace warmbench {

// For sentences: `{"input": [...]}, ... or {"image_b64": "..."}`.
inline constexpr std::string_view acceptedObjects =
    "{\"input\": [...]}, {\"inputs\": [[...], ...]}, {\"tensors\": {\"NAME\": [...]}}, "
    "{\"features\": {...}} or {\"image_b64\": \"...\"}";

// The body is an object.
Result<InferenceInputs> objectInputs(const BodyTarget &target, std::string_view body,
                                     RunControl &control);
// The body is a list, which means the same as it does as "input".
Result<InferenceInputs> listInputs(const BodyTarget &target, std::string_view body,
                                   RunControl &control);

} // namespace warmbench
