// Finds the element types of the tensors of an ONNX model, also of those within If, Loop and Scan:
// what the file declares and what libonnx's descriptions of the operators say of their outputs.
// libonnx's own inference is not asked, because it ends the program over inputs whose type is
// unknown (1.12). In bodies of functions little is known. Thread: any; the model belongs to the
// caller. Private to this room: includes onnx headers.
#pragma once

#include <functional>
#include <map>
#include <onnx/onnx_pb.h>
#include <string>

namespace warmbench {

// The types that a graph sees: those of its own tensors, and those of the graphs around it.
class OnnxTypes
{
public:
    OnnxTypes() = default;
    explicit OnnxTypes(const onnx::GraphProto &graph, const OnnxTypes *around = nullptr);
    // onnx::TensorProto::DataType; 0 if it is not known, or said in two ways.
    int of(const std::string &tensor) const;
    void add(const std::string &tensor, int type);

private:
    std::map<std::string, int> m_types;
    const OnnxTypes *m_around = nullptr;
};

// The nodes of a graph or of a function's body.
struct TypedNodes
{
    google::protobuf::RepeatedPtrField<onnx::NodeProto> &nodes;
    const OnnxTypes &types;
    const onnx::GraphProto *graph; // null: the body of a function
};
// Called for every list of nodes of the model, the inner ones first. It may change that list.
using TypedNodesVisitor = std::function<void(const TypedNodes &)>;
void walkTypedNodes(onnx::ModelProto &model, const TypedNodesVisitor &visitor);

} // namespace warmbench
