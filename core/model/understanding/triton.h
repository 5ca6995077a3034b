// Reads config.pbtxt, the file in which Triton describes a model
// (triton-inference-server/common:protobuf/model_config.proto): which input is a picture, its
// layout and size, and the file with the names of the classes. Thread: a pure function.
#pragma once

#include "base/result.h"
#include "model/understanding/hints.h"

#include <string>
#include <string_view>

namespace warmbench {

struct TritonModel
{
    std::string labelsFile; // of the first output that has one, below the model's folder
    Hints hints;
};

// FailedPrecondition: no protobuf text, with the line.
Result<TritonModel> readTritonConfig(std::string_view text);

} // namespace warmbench
