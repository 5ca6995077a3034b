// Keeps from ONNX Runtime (1.30) what it ends the process over: the processor does so where the
// smallest int32 or int64 is divided by -1, and where anything whole is divided by 0. Thread: any;
// the model belongs to the caller. Private to this room: includes onnx headers.
#pragma once

#include "base/result.h"

#include <onnx/onnx_pb.h>

namespace warmbench {

// Changes the model so that divisors of -1 become 1 and quotients are negated afterwards, and that
// a frame of no length in STFT is a failed run. FailedPrecondition, naming the node: a convolution
// of no groups.
Result<void> avoidHazards(onnx::ModelProto &model);

} // namespace warmbench
