// What the values of a graph's inputs, rather than their shapes, decide of a run.
// Thread: pure functions. Private to this room: includes onnx headers.
#pragma once

#include <onnx/onnx_pb.h>

namespace warmbench {

// Whether values decide how long a run takes: a loop's number of rounds, the extents of what is
// made. What such a network usually takes says nothing about the next run.
bool lastsByValues(const onnx::ModelProto &model);

// Whether every operator is known to take tensors without elements. Others may end the process in
// ONNX Runtime 1.30: TopK divides by their extent, LSTM and Unique abort.
bool takesEmptyTensors(const onnx::ModelProto &model);

} // namespace warmbench
