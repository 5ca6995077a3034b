// Finds nodes that OpenCV 4.6 computes wrongly because it uses other extents than the run has, or
// other axes than the file says. It judges by the extents that the file fixes.
// Thread: any; a pure function. Private to this folder: includes onnx headers.
#pragma once

#include "engine/onnx/onnx_shapes.h"

#include <onnx/onnx_pb.h>
#include <optional>

namespace warmbench {

struct ExtentFailure
{
    const onnx::NodeProto *node;
    const char *reason; // a clause of a sentence
};

// The first such node; nothing if there is none.
std::optional<ExtentFailure> extentFailure(const onnx::ModelProto &model, const OnnxShapes &shapes);

} // namespace warmbench
