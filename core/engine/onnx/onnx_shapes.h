// The shape of every tensor in an ONNX graph, told from the shapes of its inputs without running
// it.
//
// libonnx's inference functions answer node by node; the small arithmetic on shapes that exporters
// write (Shape, Gather, Concat, ...) is folded on the way (onnx_folding.h). Where libonnx does not
// compare what an engine relies on, rules of our own do (onnx_shape_rules.h). Thread: any once
// made. Cost of infer: some microseconds a node. Memory: the graph without its large constants.
// Private to this room: includes onnx headers.
#pragma once

#include "base/result.h"
#include "engine/onnx/onnx_folding.h"
#include "engine/onnx/onnx_shape_rules.h"
#include "tensor/shape.h"

#include <memory>
#include <onnx/defs/schema.h>
#include <onnx/onnx_pb.h>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace warmbench {

// A node, its tensors as indices into the graph's list of values; -1 where one is left out.
struct OnnxStep
{
    const onnx::NodeProto *node = nullptr;
    onnx::InferenceFunction infer; // empty where libonnx does not know the operator
    bool current = false;          // libonnx knows it as the file's version of ONNX has it
    ShapeRule rule = nullptr;      // null: the operator takes only shapes that the file fixes
    std::vector<int> inputs;
    std::vector<int> outputs;
};

// By value: its shape where it could be told.
using ValueShapes = std::vector<std::optional<Shape>>;

class OnnxShapes
{
public:
    // FailedPrecondition: a node reads what no node before it makes, or a name is made twice.
    static Result<std::shared_ptr<const OnnxShapes>> of(const onnx::ModelProto &model);

    // `inputs` in the order of the graph's inputs that are no constants. InvalidArgument: these
    // shapes do not fit; FailedPrecondition: no shapes would. Both name node and tensors.
    Result<ValueShapes> infer(std::span<const Shape> inputs) const;

    // As far as the file fixes extents, whether its own parts fit each other. FailedPrecondition.
    Result<void> check() const;
    // Of each value the extents that the file fixes, -1 where a client chooses; nothing where not
    // even their number can be told.
    ValueShapes fixedExtents() const;
    // Each operator is known, with the shapes that it takes.
    bool knowsAllOperators() const;

    const std::vector<OnnxStep> &steps() const { return m_steps; }
    const std::vector<int> &outputs() const { return m_outputs; }
    std::size_t valueCount() const { return m_names.size(); }
    // Elements of a constant, its declared type; nothing for what is computed.
    struct Constant
    {
        std::int64_t elements = 0;
        int type = 0;
    };
    std::optional<Constant> constant(int value) const;

private:
    class Inference;
    OnnxShapes() = default;
    Result<void> read(const onnx::ModelProto &model);
    int valueOf(const std::string &name);
    void addConstant(const onnx::TensorProto &tensor);
    Result<void> addSteps(const onnx::ModelProto &model);
    Result<void> connect(OnnxStep &step);

    onnx::GraphProto m_graph; // nodes, with small constants
    std::vector<OnnxStep> m_steps;
    std::vector<std::string> m_names;
    std::unordered_map<std::string, int> m_values;
    std::vector<onnx::TypeProto> m_types; // of inputs and constants; as declared for the rest
    std::vector<std::optional<KnownNumbers>> m_numbers;     // of small constants
    std::unordered_map<int, onnx::TensorProto> m_constants; // large ones without their data
    std::vector<int> m_inputs;
    std::vector<int> m_outputs;
    std::vector<bool> m_free; // by input: the file leaves extents to the client
};

} // namespace warmbench
