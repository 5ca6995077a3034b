// Finds the element types of the tensors of an ONNX model, also of those within If, Loop and Scan:
// what the file declares and what libonnx's descriptions of the operators say of their outputs.
// libonnx's own inference is not asked, because it ends the program over inputs whose type is
// unknown (1.12). Bodies of functions are left out. Thread: any; the model belongs to the caller.
// Private to this room: includes onnx headers.
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
    explicit OnnxTypes(const onnx::GraphProto &graph, const OnnxTypes *around = nullptr);
    // onnx::TensorProto::DataType; 0 if it is not known.
    int of(const std::string &tensor) const;
    // Keeps what is known already.
    void add(const std::string &tensor, int type);

private:
    std::map<std::string, int> m_types;
    const OnnxTypes *m_around;
};

// Called for every graph of the model, the inner ones first. It may change the graph that it is
// called for.
using TypedGraphVisitor = std::function<void(onnx::GraphProto &, const OnnxTypes &)>;
void walkTypedGraphs(onnx::ModelProto &model, const TypedGraphVisitor &visitor);

} // namespace warmbench
