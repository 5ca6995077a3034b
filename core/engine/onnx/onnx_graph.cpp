#include "engine/onnx/onnx_graph.h"

#include "base/text.h"
#include "engine/onnx/onnx_attributes.h"
#include "engine/onnx/onnx_costs.h"
#include "engine/onnx/onnx_describe.h"
#include "engine/onnx/onnx_file.h"
#include "engine/onnx/onnx_shapes.h"
#include "engine/onnx/onnx_walk.h"
#include "engine/warm_up_plan.h"

#include <fmt/format.h>
#include <string_view>
#include <unordered_map>

namespace warmbench {

namespace {

constexpr std::size_t mostNodes = 200'000;
constexpr int mostAttributes = 64;

std::optional<std::vector<Dimension>> dimensionsOf(const onnx::TypeProto &type)
{
    if (!type.has_tensor_type() || !type.tensor_type().has_shape())
        return std::nullopt;
    std::vector<Dimension> shape;
    for (const auto &extent : type.tensor_type().shape().dim()) {
        const bool fixed = extent.has_dim_value() && extent.dim_value() >= 0;
        shape.push_back(
            {fixed ? extent.dim_value() : -1, fixed ? "" : printable(extent.dim_param(), 60)});
    }
    return shape;
}

std::optional<Shape> wholeShapeOf(const onnx::TypeProto &type)
{
    const auto dimensions = dimensionsOf(type);
    if (!dimensions)
        return std::nullopt;
    Shape shape;
    for (const Dimension &extent : *dimensions) {
        if (extent.free())
            return std::nullopt;
        shape.push_back(extent.size);
    }
    return shape;
}

std::string typeTextOf(const onnx::TypeProto &type)
{
    if (type.has_tensor_type())
        return type.tensor_type().elem_type() ? onnxTypeName(type.tensor_type().elem_type()) : "";
    if (type.has_sequence_type())
        return "sequence";
    if (type.has_map_type())
        return "map";
    return type.value_case() == onnx::TypeProto::VALUE_NOT_SET ? "" : "another kind of value";
}

Bytes storedBytes(const onnx::TensorProto &tensor, std::int64_t elements)
{
    if (tensor.data_type() != onnx::TensorProto::STRING)
        return {(elements * elementBits(tensor.data_type()) + 7) / 8};
    Bytes bytes;
    for (const std::string &text : tensor.string_data())
        bytes += {static_cast<std::int64_t>(text.size())};
    return bytes;
}

// What is known of the tensors of one graph, by their names.
struct Scope
{
    const Scope *around = nullptr;
    std::unordered_map<std::string_view, const onnx::TypeProto *> declared;
    std::unordered_map<std::string_view, std::int64_t> weights; // elements

    const onnx::TypeProto *typeOf(const std::string &name) const
    {
        const auto found = declared.find(name);
        return found == declared.end() ? nullptr : found->second;
    }
    std::int64_t weightsOf(const std::string &name) const
    {
        for (const Scope *scope = this; scope; scope = scope->around) {
            const auto found = scope->weights.find(name);
            if (found != scope->weights.end())
                return found->second;
        }
        return 0;
    }
};

class GraphReader
{
public:
    explicit GraphReader(onnx::ModelProto &model)
        : m_model(model)
    {
    }

    NetworkGraph read()
    {
        const Scope scope = list(m_model.graph(), nullptr, std::nullopt);
        const auto shapes = OnnxShapes::of(m_model);
        if (!shapes)
            m_graph.notes.push_back(shapes.error().message);
        addNodes(m_model.graph(), scope, std::nullopt, "");
        ends(scope);
        if (shapes)
            infer(**shapes);
        if (m_leftOut > 0)
            m_graph.notes.push_back(
                fmt::format("{} nodes beyond the first {} are left out.", m_leftOut, mostNodes));
        return std::move(m_graph);
    }

private:
    void addInitialiser(Scope &scope, const onnx::TensorProto &tensor, const std::string &name,
                        Shape shape, std::optional<std::size_t> parent, bool sparse)
    {
        GraphInitialiser &one = m_graph.initialisers.emplace_back();
        one.name = name;
        one.type = onnxTypeName(tensor.data_type());
        one.elements = checkedCount(tensor).value_or(0);
        one.shape = std::move(shape);
        one.bytes = storedBytes(tensor, one.elements);
        one.external = tensor.data_location() == onnx::TensorProto::EXTERNAL;
        one.sparse = sparse;
        one.parent = parent;
        m_graph.parameters += one.elements;
        scope.weights.emplace(name, one.elements);
    }

    Scope list(const onnx::GraphProto &graph, const Scope *around,
               std::optional<std::size_t> parent)
    {
        Scope scope;
        scope.around = around;
        for (const auto &tensor : graph.initializer())
            addInitialiser(scope, tensor, tensor.name(),
                           {tensor.dims().begin(), tensor.dims().end()}, parent, false);
        for (const auto &sparse : graph.sparse_initializer())
            addInitialiser(scope, sparse.values(), sparse.values().name(),
                           {sparse.dims().begin(), sparse.dims().end()}, parent, true);
        for (const auto *values : {&graph.value_info(), &graph.output(), &graph.input()}) {
            for (const auto &value : *values)
                scope.declared.emplace(value.name(), &value.type());
        }
        return scope;
    }

    static GraphValue valueOf(const std::string &name, const Scope &scope)
    {
        GraphValue value;
        value.name = name;
        if (const auto *const type = scope.typeOf(name)) {
            value.type = typeTextOf(*type);
            value.shape = dimensionsOf(*type);
        }
        return value;
    }

    // Elements of the tensors that the node holds itself: Constant, tables of ai.onnx.ml.
    static std::int64_t heldBy(const onnx::NodeProto &node)
    {
        std::int64_t elements = 0;
        for (const auto &attribute : node.attribute()) {
            if (attribute.has_t())
                elements += checkedCount(attribute.t()).value_or(0);
            if (attribute.has_sparse_tensor())
                elements += checkedCount(attribute.sparse_tensor().values()).value_or(0);
            for (const auto &tensor : attribute.tensors())
                elements += checkedCount(tensor).value_or(0);
        }
        return elements;
    }

    void addNodes(const onnx::GraphProto &graph, const Scope &scope,
                  std::optional<std::size_t> parent, const std::string &branch)
    {
        for (const auto &node : graph.node()) {
            if (m_graph.nodes.size() >= mostNodes) {
                ++m_leftOut;
                continue;
            }
            const std::size_t index = m_graph.nodes.size();
            if (!parent)
                m_outer.push_back(index);
            m_graph.nodes.push_back(nodeOf(node, scope));
            m_graph.nodes.back().parent = parent;
            m_graph.nodes.back().branch = branch;
            for (const auto &attribute : node.attribute()) {
                if (attribute.has_g())
                    addInner(attribute.g(), scope, index, attribute.name());
                for (const auto &inner : attribute.graphs())
                    addInner(inner, scope, index, attribute.name());
            }
        }
    }

    void addInner(const onnx::GraphProto &graph, const Scope &around, std::size_t parent,
                  const std::string &branch)
    {
        const Scope scope = list(graph, &around, parent);
        addNodes(graph, scope, parent, printable(branch, 60));
    }

    GraphNode nodeOf(const onnx::NodeProto &node, const Scope &scope)
    {
        GraphNode made;
        made.name = node.name();
        made.type = node.op_type();
        made.domain = node.domain();
        made.inputs.assign(node.input().begin(), node.input().end());
        for (const std::string &output : node.output())
            made.outputs.push_back(valueOf(output, scope));
        for (const auto &attribute : node.attribute()) {
            if (std::ssize(made.attributes) == mostAttributes) {
                made.attributes.push_back(
                    {"...", fmt::format("{} attributes in all", node.attribute_size())});
                break;
            }
            made.attributes.push_back({attribute.name(), attributeText(attribute)});
        }
        const std::int64_t held = heldBy(node);
        m_graph.parameters += held;
        made.parameters = held;
        for (const std::string &input : made.inputs)
            made.parameters += input.empty() ? 0 : scope.weightsOf(input);
        return made;
    }

    void ends(const Scope &scope)
    {
        for (const auto &input : m_model.graph().input()) {
            if (!scope.weights.contains(input.name()))
                m_graph.inputs.push_back(valueOf(input.name(), scope));
        }
        for (const auto &output : m_model.graph().output())
            m_graph.outputs.push_back(valueOf(output.name(), scope));
    }

    void infer(const OnnxShapes &shapes)
    {
        setTypes(shapes, shapes.typesFor({}), [](GraphValue &value, const onnx::TypeProto &type) {
            if (auto told = typeTextOf(type); !told.empty())
                value.type = std::move(told);
            if (auto shape = dimensionsOf(type))
                value.shape = std::move(shape);
        });
        auto tried = shapesToTry(shapes);
        if (!tried) {
            m_graph.notes.push_back(tried.error().message);
            return;
        }
        m_graph.tried = *std::move(tried);
        for (std::size_t i = 0; i < m_graph.inputs.size() && i < m_graph.tried.size(); ++i)
            m_graph.inputs[i].tried = m_graph.tried[i];
        const auto types = shapes.typesFor(m_graph.tried);
        ValueShapes sizes;
        for (const auto &type : types)
            sizes.push_back(wholeShapeOf(type));
        setTypes(shapes, types, [](GraphValue &value, const onnx::TypeProto &type) {
            value.tried = wholeShapeOf(type);
            if (value.type.empty())
                value.type = typeTextOf(type);
        });
        const NetworkMeasure measure = measureOnnx(shapes, sizes);
        m_graph.flops = measure.flops;
        for (std::size_t i = 0; i < m_outer.size() && i < measure.layers.size(); ++i)
            m_graph.nodes[m_outer[i]].flops = measure.layers[i].flops;
    }

    // Shapes of the inputs with which the network would be tried at load.
    Result<std::vector<Shape>> shapesToTry(const OnnxShapes &shapes)
    {
        const auto spec = describeOnnx(m_model);
        if (!spec)
            return spec.error();
        const bool tolerant = !shapes.knowsAllOperators();
        const auto costOf = [&](std::span<const Shape> inputs) -> Result<RunCost> {
            const auto inferred = shapes.infer(inputs);
            return inferred || tolerant ? Result<RunCost>(RunCost{}) : inferred.error();
        };
        auto plan = planWarmUp(*spec, {}, 1, {}, costOf);
        if (!plan)
            return std::move(plan).error();
        if (plan->trials.empty())
            return failedPrecondition("Operations are not counted: no sizes of the free inputs are "
                                      "known to fit the network.");
        return plan->trials.front();
    }

    template <typename Set>
    void setTypes(const OnnxShapes &shapes, const std::vector<onnx::TypeProto> &types, Set set)
    {
        std::unordered_map<std::string_view, const onnx::TypeProto *> byName;
        const auto &steps = shapes.steps();
        for (std::size_t i = 0; i < steps.size() && i < m_outer.size(); ++i) {
            auto &outputs = m_graph.nodes[m_outer[i]].outputs;
            for (std::size_t k = 0; k < outputs.size(); ++k) {
                if (steps[i].outputs[k] < 0)
                    continue;
                const auto &type = types[static_cast<std::size_t>(steps[i].outputs[k])];
                set(outputs[k], type);
                byName.emplace(outputs[k].name, &type);
            }
        }
        for (GraphValue &output : m_graph.outputs) {
            if (const auto found = byName.find(output.name); found != byName.end())
                set(output, *found->second);
        }
    }

    onnx::ModelProto &m_model;
    NetworkGraph m_graph;
    std::vector<std::size_t> m_outer; // of the nodes of the graph itself
    std::size_t m_leftOut = 0;
};

} // namespace

Result<NetworkGraph> readOnnxGraph(const std::filesystem::path &path)
{
    auto model = OnnxFile::read(path);
    if (!model)
        return std::move(model).error();
    try {
        return GraphReader(*model).read();
    } catch (const std::exception &problem) {
        return Error{ErrorCode::Internal,
                     fmt::format("The graph of \"{}\" could not be read: {}.",
                                 printable(path.filename().string()), problem.what())};
    }
}

} // namespace warmbench
