// Computes the shape of every tensor in an ONNX graph from the shapes of its inputs, without
// running it.
//
// libonnx's inference functions do this node by node; nodes that do arithmetic on shapes (Shape,
// Gather, Concat, ...) are computed on the way (onnx_folding.h). Rules of our own
// (onnx_shape_rules.h) check what an engine relies on and libonnx does not compare. Thread: any,
// once it is made. Cost of infer: some microseconds a node. Memory: the graph without its large
// constants. Private to this room: includes onnx headers.
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

// A node. Its tensors are indices into the graph's list of values; -1 stands for one that is left
// out.
struct OnnxStep
{
    const onnx::NodeProto *node = nullptr;
    onnx::InferenceFunction infer; // empty if libonnx does not know the operator
    bool current = false;          // libonnx knows the operator in the version that the file uses
    // Null: only shapes that the file fixes are accepted for this operator.
    ShapeRule rule = nullptr;
    std::vector<int> inputs;
    std::vector<int> outputs;
};

// For each value its shape, if it is known.
using ValueShapes = std::vector<std::optional<Shape>>;

class OnnxShapes
{
public:
    // FailedPrecondition: a node reads a tensor that no earlier node makes, or two nodes make the
    // same one.
    static Result<std::shared_ptr<const OnnxShapes>> of(const onnx::ModelProto &model);

    // `inputs` are in the order of the graph's inputs, without those that are constants.
    // InvalidArgument: these shapes do not fit. FailedPrecondition: no shapes would fit. Both name
    // node and tensors.
    Result<ValueShapes> infer(std::span<const Shape> inputs) const;

    // FailedPrecondition: parts of the file do not fit each other, as far as its fixed extents show
    // that.
    Result<void> check() const;
    // For each value its extents as the file fixes them; -1 for an extent that the client chooses.
    // Nothing if not even their number is known.
    ValueShapes fixedExtents() const;
    // For each value its type and shape as far as they can be told, for people: what does not fit
    // or is not known leaves out its own outputs and what depends on them. `inputs` as for infer();
    // empty: the extents that the file fixes.
    std::vector<onnx::TypeProto> typesFor(std::span<const Shape> inputs) const;
    // True if every operator is known, and which shapes it takes.
    bool knowsAllOperators() const;

    const std::vector<OnnxStep> &steps() const { return m_steps; }
    const std::vector<int> &outputs() const { return m_outputs; }
    std::size_t valueCount() const { return m_names.size(); }
    // Number of elements and type of a constant; nothing for a value that is computed.
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

    onnx::GraphProto m_graph; // the nodes with their small constants
    std::vector<OnnxStep> m_steps;
    std::vector<std::string> m_names;
    std::unordered_map<std::string, int> m_values;
    // Actual types of inputs and constants; declared types of the rest.
    std::vector<onnx::TypeProto> m_types;
    std::vector<std::optional<KnownNumbers>> m_numbers;     // only small constants have them
    std::unordered_map<int, onnx::TensorProto> m_constants; // large ones without their data
    std::vector<int> m_inputs;
    std::vector<int> m_outputs;
    std::vector<bool> m_free; // for each input: whether the client chooses some of its extents
};

} // namespace warmbench
