#include "engine/onnx/onnx_types.h"

#include <onnx/shape_inference/implementation.h>

namespace warmbench {

namespace {

// libonnx knows no such operator and leaves the declared types of its outputs alone.
constexpr const char *givenValue = "Given";

void keepElementType(onnx::TypeProto &type)
{
    if (type.has_tensor_type())
        type.mutable_tensor_type()->clear_shape();
    else if (type.has_sequence_type())
        keepElementType(*type.mutable_sequence_type()->mutable_elem_type());
    else if (type.has_optional_type())
        keepElementType(*type.mutable_optional_type()->mutable_elem_type());
}

void declare(onnx::GraphProto &graph, const std::string &name, int elementType)
{
    auto *value = graph.add_value_info();
    value->set_name(name);
    value->mutable_type()->mutable_tensor_type()->set_elem_type(elementType);
}

void copyGraph(const onnx::GraphProto &graph, onnx::GraphProto &copy);

void copyNode(const onnx::NodeProto &node, onnx::NodeProto &copy, onnx::GraphProto &graph)
{
    copy.set_op_type(node.op_type());
    copy.set_domain(node.domain());
    *copy.mutable_input() = node.input();
    *copy.mutable_output() = node.output();
    for (const auto &attribute : node.attribute()) {
        const bool constant = node.op_type() == "Constant" && node.output_size() == 1;
        if (constant && attribute.has_t()) {
            declare(graph, node.output(0), attribute.t().data_type());
            copy.set_op_type(givenValue);
        }
        auto &kept = *copy.add_attribute();
        kept.set_name(attribute.name());
        kept.set_type(attribute.type());
        if (attribute.has_g())
            copyGraph(attribute.g(), *kept.mutable_g());
        else if (attribute.has_t())
            kept.mutable_t()->set_data_type(attribute.t().data_type());
        else if (attribute.graphs().empty() && attribute.tensors().empty() &&
                 !attribute.has_sparse_tensor() && attribute.sparse_tensors().empty())
            kept = attribute;
    }
}

// Nodes and attributes stay in their places; values and shapes go, so that libonnx has nothing to
// compute with and nothing to disagree with.
void copyGraph(const onnx::GraphProto &graph, onnx::GraphProto &copy)
{
    copy.set_name(graph.name());
    *copy.mutable_input() = graph.input();
    *copy.mutable_output() = graph.output();
    *copy.mutable_value_info() = graph.value_info();
    for (auto *const values :
         {copy.mutable_input(), copy.mutable_output(), copy.mutable_value_info()}) {
        for (auto &value : *values)
            keepElementType(*value.mutable_type());
    }
    for (const auto &tensor : graph.initializer())
        declare(copy, tensor.name(), tensor.data_type());
    for (const auto &tensor : graph.sparse_initializer())
        declare(copy, tensor.values().name(), tensor.values().data_type());
    for (const auto &node : graph.node())
        copyNode(node, *copy.add_node(), copy);
}

onnx::ModelProto typedCopy(const onnx::ModelProto &model)
{
    onnx::ModelProto copy;
    copy.set_ir_version(model.ir_version());
    *copy.mutable_opset_import() = model.opset_import();
    copyGraph(model.graph(), *copy.mutable_graph());
    onnx::ModelProto inferred = copy;
    try {
        onnx::shape_inference::InferShapes(inferred);
        return inferred;
    } catch (const std::exception &) {
        return copy; // what the file declares
    }
}

void walk(onnx::GraphProto &graph, const onnx::GraphProto &typed, const OnnxTypes *around,
          const TypedGraphVisitor &visitor)
{
    const OnnxTypes types(typed, around);
    for (int i = 0; i < graph.node_size(); ++i) {
        auto &attributes = *graph.mutable_node(i)->mutable_attribute();
        for (int j = 0; j < attributes.size(); ++j) {
            if (attributes[j].has_g())
                walk(*attributes[j].mutable_g(), typed.node(i).attribute(j).g(), &types, visitor);
        }
    }
    visitor(graph, types);
}

} // namespace

OnnxTypes::OnnxTypes(const onnx::GraphProto &graph, const OnnxTypes *around)
    : m_around(around)
{
    for (const auto *const values : {&graph.input(), &graph.output(), &graph.value_info()}) {
        for (const auto &value : *values) {
            if (const int type = value.type().tensor_type().elem_type(); type != 0)
                m_types.emplace(value.name(), type);
        }
    }
}

int OnnxTypes::of(const std::string &tensor) const
{
    const auto found = m_types.find(tensor);
    if (found != m_types.end())
        return found->second;
    return m_around ? m_around->of(tensor) : 0;
}

void walkTypedGraphs(onnx::ModelProto &model, const TypedGraphVisitor &visitor)
{
    const auto typed = typedCopy(model);
    walk(*model.mutable_graph(), typed.graph(), nullptr, visitor);
}

} // namespace warmbench
