// Why OpenCV cannot run an ONNX model, in one sentence with node, operator, opset and next step.
// Thread: any. Private to this room.
#pragma once

#include "base/result.h"
#include "engine/onnx_shapes.h"
#include "engine/onnx_walk.h"

#include <string>

namespace warmbench {

// Before OpenCV is asked: float16, strings, control flow. FailedPrecondition.
Result<void> findWhatOpenCvRefuses(onnx::ModelProto &model);
// Nodes for which OpenCV goes by other extents than a run has, and answers wrong numbers.
// FailedPrecondition.
Result<void> findWhatOpenCvFolds(const onnx::ModelProto &model, const OnnxShapes &shapes);

// After OpenCV refused with `message`.
std::string explainOpenCvMessage(onnx::ModelProto &model, const std::string &message);

} // namespace warmbench
