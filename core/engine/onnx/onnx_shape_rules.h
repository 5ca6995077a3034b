// Rules for the shapes of a node's inputs that libonnx's inference does not check. An engine relies
// on them when it reads memory: channels of normalisations and convolutions, inner extents of Gemm,
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

// What a rule sees of a node: for each input its shape and, for small constants, its numbers. An
// entry is null if the input is left out or the fact is unknown.
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

// Says what does not fit, as the end of a sentence; nothing if all known shapes fit.
using ShapeRule = std::optional<std::string> (*)(const NodeShapes &);

// The rule of a standard operator; a rule that accepts everything, if libonnx checks the operator
// well enough; null for all other operators.
ShapeRule shapeRuleOf(const onnx::NodeProto &node);

// The value of an integer attribute; `fallback` if the node does not have it.
std::int64_t intAttribute(const onnx::NodeProto &node, const char *name, std::int64_t fallback);
std::vector<std::int64_t> intsAttribute(const onnx::NodeProto &node, const char *name);

} // namespace warmbench
