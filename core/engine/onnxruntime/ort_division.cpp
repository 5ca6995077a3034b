#include "engine/onnxruntime/ort_division.h"

#include "engine/onnx/onnx_folding.h"
#include "engine/onnx/onnx_shape_rules.h"
#include "engine/onnx/onnx_types.h"
#include "engine/onnx/onnx_walk.h"

#include <algorithm>
#include <set>
#include <string>

namespace warmbench {

namespace {

bool divides(const onnx::NodeProto &node)
{
    const bool whole =
        node.op_type() == "Div" || (node.op_type() == "Mod" && intAttribute(node, "fmod", 0) == 0);
    return isStandard(node) && whole && node.input_size() == 2 && node.output_size() == 1;
}

// Small constants of a graph without -1: dividing by them is safe.
std::set<std::string> safeDivisors(const onnx::GraphProto &graph)
{
    const auto isSafe = [](const onnx::TensorProto &tensor) {
        const auto numbers = numbersOf(tensor);
        return numbers && std::find(numbers->begin(), numbers->end(), -1) == numbers->end();
    };
    std::set<std::string> names;
    for (const auto &tensor : graph.initializer()) {
        if (isSafe(tensor))
            names.insert(tensor.name());
    }
    for (const auto &node : graph.node()) {
        if (node.op_type() == "Constant" && node.output_size() == 1 && node.attribute_size() == 1 &&
            node.attribute(0).has_t() && isSafe(node.attribute(0).t()))
            names.insert(node.output(0));
    }
    return names;
}

// Appends nodes whose tensors are named after the quotient that they are for.
class Nodes
{
public:
    Nodes(google::protobuf::RepeatedPtrField<onnx::NodeProto> &list, const std::string &quotient)
        : m_list(list)
        , m_prefix(quotient + "/by_minus_one_")
    {
    }

    std::string name(const char *what) const { return m_prefix + what; }
    std::string add(const char *type, std::initializer_list<std::string> inputs, const char *what)
    {
        auto *node = m_list.Add();
        node->set_op_type(type);
        node->set_name(name(what));
        for (const std::string &input : inputs)
            node->add_input(input);
        node->add_output(name(what));
        return name(what);
    }
    std::string constant(int type, std::int64_t number, const char *what)
    {
        (void)add("Constant", {}, what);
        auto *value = attribute("value", onnx::AttributeProto::TENSOR)->mutable_t();
        value->set_data_type(type);
        if (type == onnx::TensorProto::INT64)
            value->add_int64_data(number);
        else
            value->add_int32_data(static_cast<std::int32_t>(number));
        return name(what);
    }
    onnx::AttributeProto *attribute(const char *name, onnx::AttributeProto::AttributeType type)
    {
        auto *made = m_list.rbegin()->add_attribute();
        made->set_name(name);
        made->set_type(type);
        return made;
    }

private:
    google::protobuf::RepeatedPtrField<onnx::NodeProto> &m_list;
    const std::string m_prefix;
};

// With s = -1 where the divisor is -1 and 1 elsewhere: a / b = a / (b * s) * s, and a mod b = a mod
// (b * s), as no whole number leaves a rest there. Of operators that every opset from 7 on has.
void addGuarded(google::protobuf::RepeatedPtrField<onnx::NodeProto> &list, onnx::NodeProto node,
                int type)
{
    const std::string quotient = node.output(0);
    Nodes nodes(list, quotient);
    const std::string divisor = node.input(1);
    const auto isMinusOne =
        nodes.add("Equal", {divisor, nodes.constant(type, -1, "minus_one")}, "found");
    const auto count = nodes.add("Cast", {isMinusOne}, "count");
    nodes.attribute("to", onnx::AttributeProto::INT)->set_i(type);
    const auto twice = nodes.add("Mul", {count, nodes.constant(type, -2, "minus_two")}, "twice");
    const auto sign = nodes.add("Add", {twice, nodes.constant(type, 1, "one")}, "sign");
    node.set_input(1, nodes.add("Mul", {divisor, sign}, "divisor"));
    const bool negates = node.op_type() == "Div";
    if (negates)
        node.set_output(0, nodes.name("quotient"));
    *list.Add() = std::move(node);
    if (negates) {
        (void)nodes.add("Mul", {nodes.name("quotient"), sign}, "signed");
        list.rbegin()->set_output(0, quotient);
    }
}

void guardDivisionsIn(onnx::GraphProto &graph, const OnnxTypes &types)
{
    const auto safe = safeDivisors(graph);
    google::protobuf::RepeatedPtrField<onnx::NodeProto> before;
    before.Swap(graph.mutable_node());
    for (auto &node : before) {
        int type = 0;
        if (divides(node) && !safe.contains(node.input(1))) {
            for (const auto &name : {node.input(0), node.input(1), node.output(0)})
                type = type != 0 ? type : types.of(name);
        }
        if (type == onnx::TensorProto::INT32 || type == onnx::TensorProto::INT64)
            addGuarded(*graph.mutable_node(), std::move(node), type);
        else
            *graph.add_node() = std::move(node);
    }
}

} // namespace

void guardDivisions(onnx::ModelProto &model)
{
    if (anyNode(model, divides))
        walkTypedGraphs(model, guardDivisionsIn);
}

} // namespace warmbench
