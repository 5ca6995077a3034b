// Says why OpenCV cannot run an ONNX model, in one sentence with node, operator, opset and next
// step. Thread: any. Private to this room.
#pragma once

#include "base/result.h"
#include "engine/onnx/onnx_file.h"

#include <string>

namespace warmbench {

// FailedPrecondition if OpenCV would refuse the model or compute it wrongly: float16 weights,
// control flow, string tensors, and nodes with known failures.
Result<void> checkForOpenCv(const OnnxFile &file);

// The sentence for a refusal by OpenCV: finds the node that its message means and names node,
// operator, opset and next step, which is another opset if that is known to help
// (onnx_older_opsets.h).
std::string explainRefusal(const OnnxFile &file, const std::string &openCvMessage);

} // namespace warmbench
