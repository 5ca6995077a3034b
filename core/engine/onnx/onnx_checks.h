// Checks that the tensors of an ONNX model hold as much data as their dims say. OpenCV reads
// raw_data without checking, and onnx::checker does not compare it either.
// Thread: any. Private to this room.
#pragma once

#include "base/result.h"
#include "engine/onnx/onnx_walk.h"

#include <filesystem>

namespace warmbench {

// FailedPrecondition names the first tensor whose data is not what its dims say. External data must
// exist, be large enough and be in the folder of `network`; its bytes are not read.
Result<void> checkTensors(onnx::ModelProto &model, const std::filesystem::path &network);

// Reads external data into raw_data. Call checkTensors first. Errors as readFile.
Result<void> inlineExternalData(onnx::ModelProto &model, const std::filesystem::path &network);

} // namespace warmbench
