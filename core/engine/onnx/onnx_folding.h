// Computes nodes that do arithmetic on shapes (Shape, Gather, Concat, Slice, Cast, sums and
// products), which exporters write into a graph. Their few numbers are needed to know the shapes of
// later tensors.
// Thread: pure functions. Private to this room: includes onnx headers.
#pragma once

#include "tensor/shape.h"

#include <onnx/onnx_pb.h>
#include <optional>
#include <span>
#include <vector>

namespace warmbench {

// Numbers that are known before a run: integers below 2^53 and floats, as a list in row-major
// order. Their shape and type are kept with the tensor they belong to.
using KnownNumbers = std::vector<double>;

inline constexpr std::size_t mostKnownNumbers = 1024;

struct FoldedInput
{
    const KnownNumbers *numbers = nullptr; // null: not known
    const Shape *shape = nullptr;          // null: not known
};

// The numbers of the node's first output; nothing if it is another operator, an input is unknown,
// or there would be more than mostKnownNumbers.
std::optional<KnownNumbers> foldNode(const onnx::NodeProto &node,
                                     std::span<const FoldedInput> inputs);

// The numbers of a constant; nothing if it has more than mostKnownNumbers elements or is not of an
// integer type, bool, float or double.
std::optional<KnownNumbers> numbersOf(const onnx::TensorProto &tensor);
// Makes a tensor of known numbers, for libonnx.
onnx::TensorProto tensorOf(const KnownNumbers &numbers, int onnxType, const Shape &shape);

} // namespace warmbench
