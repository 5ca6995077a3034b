// Makes divisions of whole numbers safe for ONNX Runtime. The processor ends a program that divides
// the smallest int32 or int64 by -1, and the library (1.30, element_wise_ops.cc) looks for zeros
// only. Thread: any; the model belongs to the caller. Private to this room: includes onnx headers.
#pragma once

#include <onnx/onnx_pb.h>

namespace warmbench {

// Divisors that may be -1 become 1, and quotients are negated afterwards. In float, and by
// constants without -1, nothing changes.
void guardDivisions(onnx::ModelProto &model);

} // namespace warmbench
