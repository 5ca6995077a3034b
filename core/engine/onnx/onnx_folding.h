// The arithmetic on shapes that exporters write into a graph, done on its few numbers, so that the
// shapes behind it can be told: Shape, Gather, Concat, Slice, Cast, sums and products.
// Thread: pure functions. Private to this room: includes onnx headers.
#pragma once

#include "tensor/shape.h"

#include <onnx/onnx_pb.h>
#include <optional>
#include <span>
#include <vector>

namespace warmbench {

// Numbers that are known before a run: integers below 2^53 and floats, as a list in row-major
// order. Their shape and type stand with the tensor they belong to.
using KnownNumbers = std::vector<double>;

inline constexpr std::size_t mostKnownNumbers = 1024;

struct FoldedInput
{
    const KnownNumbers *numbers = nullptr; // null: not known
    const Shape *shape = nullptr;          // null: not known
};

// The numbers of the node's first output; nothing where the operator is not one of these, an input
// is unknown, or there would be more than mostKnownNumbers.
std::optional<KnownNumbers> foldNode(const onnx::NodeProto &node,
                                     std::span<const FoldedInput> inputs);

// Of a constant with at most mostKnownNumbers elements of an integer type, bool, float or double.
std::optional<KnownNumbers> numbersOf(const onnx::TensorProto &tensor);
// The other way, for libonnx.
onnx::TensorProto tensorOf(const KnownNumbers &numbers, int onnxType, const Shape &shape);

} // namespace warmbench
