// Whether the tensors of an ONNX model hold what their dims promise. OpenCV reads raw_data without
// asking, and onnx::checker does not compare it either.
// Thread: any. Private to this room.
#pragma once

#include "base/result.h"
#include "engine/onnx/onnx_walk.h"

#include <filesystem>

namespace warmbench {

// FailedPrecondition naming the first tensor that lies. External data must exist, be large enough
// and lie in the folder of `network`; its bytes are not read.
Result<void> checkTensors(onnx::ModelProto &model, const std::filesystem::path &network);

// Reads external data into raw_data, after checkTensors; errors as readFile.
Result<void> inlineExternalData(onnx::ModelProto &model, const std::filesystem::path &network);

} // namespace warmbench
