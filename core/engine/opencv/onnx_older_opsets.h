// Operators that OpenCV 4.6 reads only in the form of an older opset; this was found by trying each
// form. Thread: any; pure functions. Private to this folder: includes onnx headers.
#pragma once

#include "engine/opencv/onnx_known_failures.h"

#include <cstdint>
#include <onnx/onnx_pb.h>
#include <optional>

namespace warmbench {

// An older opset that makes this node load if it does not load at `opset`: the node is then
// exported in its older form, or as other operators if the older opset lacks its own. Nothing if no
// such opset is known.
std::optional<int> olderOpsetFor(const onnx::NodeProto &node, std::int64_t opset);

// The same for a whole model with this node: an opset at which all its nodes load. Nothing if one
// of them loads at no opset, because exporting the model again would then not help.
std::optional<int> olderOpsetFor(const onnx::ModelProto &model, const onnx::NodeProto &node,
                                 const Origins &origins);

} // namespace warmbench
