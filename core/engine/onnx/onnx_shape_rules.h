// What the shapes that meet in a node must fulfil, where libonnx's inference does not look but an
// engine reads memory by it: channels of normalisations and convolutions, inner extents of Gemm,
// sizes of recurrent weights, indices of Gather.
// Thread: pure functions. Private to this room: includes onnx headers.
// Source of each rule: the operator's entry in ONNX's Operators.md.
#pragma once

#include "tensor/shape.h"

#include <onnx/onnx_pb.h>
#include <optional>
#include <string>
#include <vector>

namespace warmbench {

// What a rule sees of a node: of each input the shape and, of small constants, the numbers; null
// where it is left out or cannot be told.
struct NodeShapes
{
    const onnx::NodeProto &node;
    std::vector<const Shape *> inputs;
    std::vector<const std::vector<double> *> numbers;

    const Shape *input(std::size_t index) const
    {
        return index < inputs.size() ? inputs[index] : nullptr;
    }
};

// What does not fit, as the end of a sentence; nothing where all does as far as the shapes are
// known.
using ShapeRule = std::optional<std::string> (*)(const NodeShapes &);

// The rule of a standard operator; for those that libonnx looks at closely enough one that accepts
// everything; null for all others.
ShapeRule shapeRuleOf(const onnx::NodeProto &node);

// The extent as attribute; `fallback` where it is not given.
std::int64_t intAttribute(const onnx::NodeProto &node, const char *name, std::int64_t fallback);
std::vector<std::int64_t> intsAttribute(const onnx::NodeProto &node, const char *name);

} // namespace warmbench
