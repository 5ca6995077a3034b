// Describes an ONNX model as a NetworkSpec.
// Thread: any. Private to this room.
#pragma once

#include "base/result.h"
#include "engine/network_spec.h"
#include "engine/onnx/onnx_walk.h"

namespace warmbench {

// FailedPrecondition: an input or output that is no tensor, or whose element type no engine of ours
// takes.
Result<NetworkSpec> describeOnnx(onnx::ModelProto &model);

// The opset version that the model imports for a domain; 0 if it does not import the domain.
std::int64_t opsetOf(const onnx::ModelProto &model, const std::string &domain);
// `node "conv1" (operator Conv, opset 13)`; the operator's name begins with its domain, if it is
// not that of ONNX itself.
std::string nodeWithOpset(const onnx::ModelProto &model, const onnx::NodeProto &node);

} // namespace warmbench
