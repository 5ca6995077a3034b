// What a run of an ONNX graph takes, from the shapes of its tensors alone: memory, operations, and
// a line a layer for people.
// Thread: pure. Private to this room: includes onnx headers.
#pragma once

#include "engine/engine.h"
#include "engine/onnx/onnx_shapes.h"

namespace warmbench {

// All tensors as float32, which is how OpenCV computes. Those whose shape is not known count 0.
RunCost runCostOf(const OnnxShapes &graph, const ValueShapes &shapes);

// One LayerInfo a node. Weights are those of one instance, in float32. Operations count a
// multiplication and an addition as two; operators that only move numbers count 0.
NetworkMeasure measureOnnx(const OnnxShapes &graph, const ValueShapes &shapes);

} // namespace warmbench
