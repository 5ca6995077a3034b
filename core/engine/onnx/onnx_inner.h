// Makes a tensor within an ONNX graph one of the graph's outputs.
// Thread: pure functions. Private to this room: includes onnx headers.
#pragma once

#include "base/result.h"

#include <onnx/onnx_pb.h>
#include <string>

namespace warmbench {

// Adds the tensor as the last output. NotFound with near names: no node of the graph makes it; the
// sentence tells if the name is that of a node, of a weight, or of a tensor in an inner graph.
// FailedPrecondition: it is an output already.
Result<void> addInnerOutput(onnx::ModelProto &model, const std::string &tensor);

} // namespace warmbench
