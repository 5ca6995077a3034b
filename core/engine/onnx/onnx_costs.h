// Computes what a run of an ONNX graph takes, from the shapes of its tensors alone: memory,
// operations, and a line about each layer for people.
// Thread: any; pure functions. Private to this room: includes onnx headers.
#pragma once

#include "engine/engine.h"
#include "engine/onnx/onnx_shapes.h"

namespace warmbench {

// Memory of a run with all tensors in float32, which is how OpenCV computes. A tensor of unknown
// shape counts 0.
RunCost runCostOf(const OnnxShapes &graph, const ValueShapes &shapes);

// Makes one LayerInfo for each node. Weights are those of one instance, in float32. Operations
// count a multiplication and an addition as two; an operator that only moves numbers counts 0.
NetworkMeasure measureOnnx(const OnnxShapes &graph, const ValueShapes &shapes);

} // namespace warmbench
