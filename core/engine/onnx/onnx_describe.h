// What an ONNX model says of itself, as a NetworkSpec.
// Thread: any. Private to this room.
#pragma once

#include "base/result.h"
#include "engine/network_spec.h"
#include "engine/onnx/onnx_walk.h"

namespace warmbench {

// FailedPrecondition: an input or output that is no tensor, or of an element type that no engine
// here takes.
Result<NetworkSpec> describeOnnx(onnx::ModelProto &model);

// The opset that a domain is imported at; 0 where it is not.
std::int64_t opsetOf(const onnx::ModelProto &model, const std::string &domain);

} // namespace warmbench
