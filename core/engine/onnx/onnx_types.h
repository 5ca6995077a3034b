// Finds the element types of the tensors of an ONNX model, also of those within If, Loop and Scan,
// from what the file declares and what libonnx infers of that. Bodies of functions have no types of
// their own and are left out. Thread: any; the model belongs to the caller. Private to this room:
// includes onnx headers.
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

private:
    std::map<std::string, int> m_types;
    const OnnxTypes *m_around;
};

// Called for every graph of the model, the inner ones first. It may add nodes to the graph that it
// is called for.
using TypedGraphVisitor = std::function<void(onnx::GraphProto &, const OnnxTypes &)>;
void walkTypedGraphs(onnx::ModelProto &model, const TypedGraphVisitor &visitor);

} // namespace warmbench
