// Nodes for which OpenCV 4.6 goes by other extents than a run has, or by other axes than the file
// says, and answers wrong numbers: told from the extents that the file fixes.
// Thread: pure. Private to this folder: includes onnx headers.
#pragma once

#include "engine/onnx/onnx_shapes.h"

#include <onnx/onnx_pb.h>
#include <optional>

namespace warmbench {

struct ExtentFailure
{
    const onnx::NodeProto *node;
    const char *reason; // a clause
};

// The first of them; nothing where there is none.
std::optional<ExtentFailure> extentFailure(const onnx::ModelProto &model, const OnnxShapes &shapes);

} // namespace warmbench
