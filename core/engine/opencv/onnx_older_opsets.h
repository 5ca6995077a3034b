// Operators that OpenCV 4.6 reads in the form of an older opset alone, found by trying each form.
// Thread: pure. Private to this folder: includes onnx headers.
#pragma once

#include "engine/opencv/onnx_known_failures.h"

#include <cstdint>
#include <onnx/onnx_pb.h>
#include <optional>

namespace warmbench {

// The opset at which what this node does loads, where it does not at the one that the model was
// exported with: the node in its older form, or what exporters write instead of an operator that
// the older opset lacks. Nothing where no such opset is known.
std::optional<int> olderOpsetFor(const onnx::NodeProto &node, std::int64_t opset);

// The same for a whole model with this node: an opset that serves all its nodes. Nothing where one
// of them loads at no opset, so that exporting the model again would be in vain.
std::optional<int> olderOpsetFor(const onnx::ModelProto &model, const onnx::NodeProto &node,
                                 const Origins &origins);

} // namespace warmbench
