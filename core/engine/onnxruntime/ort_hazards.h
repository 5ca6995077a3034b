// Keeps from ONNX Runtime (1.30) what it ends the process over: the processor does so where the
// smallest int32 or int64 is divided by -1, and where anything whole is divided by 0. Thread: any;
// the model belongs to the caller. Private to this room: includes onnx headers.
#pragma once

#include "base/result.h"

#include <onnx/onnx_pb.h>
#include <string>

namespace warmbench {

// Changes the model so that divisors of -1 become 1 and quotients are negated afterwards, and that
// dividing a whole number by 0 is a failed run: in STFT, and in divisions unless the library fails
// over it by itself. FailedPrecondition, naming the node: a convolution of no groups.
Result<void> avoidHazards(onnx::ModelProto &model, bool failsOverZero);
// Whether a failed run is the work of such a guard.
bool failedOverZero(const std::string &message);

} // namespace warmbench
