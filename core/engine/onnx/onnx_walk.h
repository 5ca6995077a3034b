// Visits every tensor of an ONNX model, wherever it is: initialisers, attributes, subgraphs,
// functions, sparse tensors.
// Thread: any; visitors run on the caller's thread. Private to this room: includes onnx headers.
#pragma once

#include "base/result.h"
#include "tensor/dtype.h"

#include <cstdint>
#include <functional>
#include <onnx/onnx_pb.h>
#include <optional>
#include <string>

namespace warmbench {

// Where a tensor was found.
struct TensorPlace
{
    std::string what; // `initialiser "W"`, `attribute "value" of node "c"`
    // The node that has the tensor as an attribute; null for initialisers.
    const onnx::NodeProto *node = nullptr;
    bool sparse = false; // part of a sparse tensor
};

using TensorVisitor = std::function<Result<void>(onnx::TensorProto &, const TensorPlace &)>;
using SparseVisitor = std::function<Result<void>(onnx::SparseTensorProto &, const TensorPlace &)>;
using NodeVisitor = std::function<Result<void>(const onnx::NodeProto &)>;

// Empty functions are not called. The first error ends the walk and is returned.
struct OnnxVisitors
{
    TensorVisitor tensor;
    SparseVisitor sparse;
    NodeVisitor node;
};
Result<void> walkOnnx(onnx::ModelProto &model, const OnnxVisitors &visitors);
bool anyNode(onnx::ModelProto &model, const std::function<bool(const onnx::NodeProto &)> &is);
// Of the domain that is written as nothing or as ai.onnx.
bool isStandard(const onnx::NodeProto &node);

// `node "conv1" (operator Conv)`: its name, or its first output if it has no name.
std::string nodeText(const onnx::NodeProto &node);
std::string nodeName(const onnx::NodeProto &node);
// "operators Add, Conv and 3 more": what a sentence says where it knows of no node.
std::string operatorsText(onnx::ModelProto &model);
// The node of the graph that makes this tensor; null for inputs, initialisers and unknown names.
const onnx::NodeProto *makerOf(const onnx::GraphProto &graph, const std::string &tensor);

// Bits of one element; 0 for strings and unknown types. Types of four bits are packed two to a
// byte.
int elementBits(int onnxType);
// "float16"; the number if the type has no name.
std::string onnxTypeName(int onnxType);
// The dtype of our tensors that holds an element type, float32 for bfloat16, which is converted at
// the border; none for types that our tensors do not hold.
std::optional<DType> dtypeOfOnnx(int onnxType);
// The element type that is stored like this dtype.
int onnxTypeOf(DType dtype);
// Product of dims; none if an extent is negative or above 2^31 - 1, or the product is above 2^40.
std::optional<std::int64_t> checkedCount(const onnx::TensorProto &tensor);

} // namespace warmbench
