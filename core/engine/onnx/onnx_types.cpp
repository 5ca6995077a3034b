#include "engine/onnx/onnx_types.h"

#include "engine/onnx/onnx_schema.h"

#include <algorithm>
#include <onnx/defs/data_type_utils.h>
#include <vector>

namespace warmbench {

namespace {

using Type = onnx::TensorProto;

// The type that an attribute of a node gives its output: Cast, Constant, ConstantOfShape, EyeLike
// and their like.
int typeByAttribute(const onnx::NodeProto &node)
{
    for (const auto &attribute : node.attribute()) {
        const std::string &name = attribute.name();
        if (name == "to" || name == "dtype")
            return static_cast<int>(attribute.i());
        if (name == "value" && attribute.has_t())
            return attribute.t().data_type();
        if (name == "value_float" || name == "value_floats")
            return Type::FLOAT;
        if (name == "value_int" || name == "value_ints")
            return Type::INT64;
        if (name == "value_string" || name == "value_strings")
            return Type::STRING;
    }
    // The default of ConstantOfShape.
    return node.op_type() == "ConstantOfShape" ? static_cast<int>(Type::FLOAT) : 0;
}

class Walk
{
public:
    Walk(onnx::ModelProto &model, const TypedNodesVisitor &visitor)
        : m_model(model)
        , m_visitor(visitor)
    {
    }

    // The types of the graph's outputs.
    std::vector<int> graph(onnx::GraphProto &graph, const OnnxTypes *around)
    {
        OnnxTypes types(graph, around);
        nodes(*graph.mutable_node(), types, &graph);
        std::vector<int> outputs;
        for (const auto &output : graph.output())
            outputs.push_back(types.of(output.name()));
        return outputs;
    }
    void nodes(google::protobuf::RepeatedPtrField<onnx::NodeProto> &list, OnnxTypes &types,
               const onnx::GraphProto *graph)
    {
        for (auto &node : list) {
            std::vector<int> within;
            for (auto &attribute : *node.mutable_attribute()) {
                if (attribute.has_g())
                    within = this->graph(*attribute.mutable_g(), &types);
            }
            addOutputs(node, std::move(within), types);
        }
        m_visitor({list, types, graph});
    }

private:
    void addOutputs(const onnx::NodeProto &node, std::vector<int> within, OnnxTypes &types) const
    {
        if (node.op_type() == "Loop" && !within.empty())
            within.erase(within.begin()); // its condition
        const int byAttribute = typeByAttribute(node);
        const auto *const schema = namedSchemaOf(m_model, node);
        for (int i = 0; i < node.output_size(); ++i) {
            const auto at = static_cast<std::size_t>(i);
            int type = byAttribute;
            if (at < within.size())
                type = within[at];
            else if (type == 0 && schema)
                type = typeBySchema(*schema, node, at, types);
            types.add(node.output(i), type);
        }
    }

    // Outputs of one type alone have that; others have the type of an input that is described alike
    // ("T").
    static int typeBySchema(const onnx::OpSchema &schema, const onnx::NodeProto &node,
                            std::size_t output, const OnnxTypes &types)
    {
        if (schema.outputs().empty())
            return 0;
        const auto &described = schema.outputs()[std::min(output, schema.outputs().size() - 1)];
        if (described.GetTypes().size() == 1)
            return onnx::Utils::DataTypeUtils::ToTypeProto(*described.GetTypes().begin())
                .tensor_type()
                .elem_type();
        for (int i = 0; i < node.input_size() && !schema.inputs().empty(); ++i) {
            const auto at = std::min(static_cast<std::size_t>(i), schema.inputs().size() - 1);
            const int known = types.of(node.input(i));
            if (schema.inputs()[at].GetTypeStr() == described.GetTypeStr() && known != 0)
                return known;
        }
        return 0;
    }

    onnx::ModelProto &m_model;
    const TypedNodesVisitor &m_visitor;
};

} // namespace

OnnxTypes::OnnxTypes(const onnx::GraphProto &graph, const OnnxTypes *around)
    : m_around(around)
{
    for (const auto *const values : {&graph.input(), &graph.output(), &graph.value_info()}) {
        for (const auto &value : *values)
            add(value.name(), value.type().tensor_type().elem_type());
    }
    for (const auto &tensor : graph.initializer())
        add(tensor.name(), tensor.data_type());
    for (const auto &tensor : graph.sparse_initializer())
        add(tensor.values().name(), tensor.values().data_type());
}

int OnnxTypes::of(const std::string &tensor) const
{
    const auto found = m_types.find(tensor);
    if (found != m_types.end())
        return found->second;
    return m_around ? m_around->of(tensor) : 0;
}

void OnnxTypes::add(const std::string &tensor, int type)
{
    if (type == 0)
        return;
    const auto [found, fresh] = m_types.emplace(tensor, type);
    if (!fresh && found->second != type)
        found->second = 0;
}

void walkTypedNodes(onnx::ModelProto &model, const TypedNodesVisitor &visitor)
{
    Walk walk(model, visitor);
    (void)walk.graph(*model.mutable_graph(), nullptr);
    for (auto &function : *model.mutable_functions()) {
        OnnxTypes types;
        walk.nodes(*function.mutable_node(), types, nullptr);
    }
}

} // namespace warmbench
