// Replaces nodes of an ONNX model by simpler ones that mean the same, so that engines with fewer
// operators can run it. Thread: pure functions. Private to this room: includes onnx headers.
#pragma once

#include <onnx/onnx_pb.h>

namespace warmbench {

// Max, Min, Sum and Mean of one tensor are that tensor: they become Identity.
void simplify(onnx::ModelProto &model);

} // namespace warmbench
