#include "engine/onnxruntime/ort_hazards.h"

#include "engine/onnx/onnx_describe.h"
#include "engine/onnx/onnx_folding.h"
#include "engine/onnx/onnx_shape_rules.h"
#include "engine/onnx/onnx_types.h"
#include "engine/onnx/onnx_walk.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <string>

namespace warmbench {

namespace {

using NodeList = google::protobuf::RepeatedPtrField<onnx::NodeProto>;

bool divides(const onnx::NodeProto &node)
{
    const bool whole =
        node.op_type() == "Div" || (node.op_type() == "Mod" && intAttribute(node, "fmod", 0) == 0);
    return isStandard(node) && whole && node.input_size() == 2 && node.output_size() == 1;
}

bool makesFrames(const onnx::NodeProto &node)
{
    return isStandard(node) && node.op_type() == "STFT";
}

// Small constants without this number: they are safe divisors.
std::set<std::string> constantsWithout(double number, const TypedNodes &typed)
{
    const auto isSafe = [number](const onnx::TensorProto &tensor) {
        const auto numbers = numbersOf(tensor);
        return numbers && std::find(numbers->begin(), numbers->end(), number) == numbers->end();
    };
    std::set<std::string> names;
    if (typed.graph) {
        for (const auto &tensor : typed.graph->initializer()) {
            if (isSafe(tensor))
                names.insert(tensor.name());
        }
    }
    for (const auto &node : typed.nodes) {
        if (node.op_type() == "Constant" && node.output_size() == 1 && node.attribute_size() == 1 &&
            node.attribute(0).has_t() && isSafe(node.attribute(0).t()))
            names.insert(node.output(0));
    }
    return names;
}

// Appends nodes whose tensors are named after the one that they are for.
class Nodes
{
public:
    Nodes(NodeList &list, const std::string &tensor)
        : m_list(list)
        , m_prefix(tensor + "/warmbench_")
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
    std::string constant(double number, const char *what)
    {
        auto made = add("Constant", {}, what);
        auto *value = attribute("value", onnx::AttributeProto::TENSOR)->mutable_t();
        value->set_data_type(onnx::TensorProto::DOUBLE);
        value->add_double_data(number);
        return made;
    }
    std::string cast(const std::string &tensor, int type, const char *what)
    {
        auto made = add("Cast", {tensor}, what);
        attribute("to", onnx::AttributeProto::INT)->set_i(type);
        return made;
    }
    // Where the tensor is -1 (or no number, which does no harm). Equal takes doubles from opset 11
    // on only.
    std::string isMinusOne(const std::string &tensor)
    {
        const auto number = cast(tensor, onnx::TensorProto::DOUBLE, "double");
        const auto one = constant(-1, "minus_one");
        const auto other = add(
            "Or", {add("Less", {number, one}, "less"), add("Greater", {number, one}, "greater")},
            "other");
        return add("Not", {other}, "found");
    }

private:
    onnx::AttributeProto *attribute(const char *name, onnx::AttributeProto::AttributeType type)
    {
        auto *made = m_list.rbegin()->add_attribute();
        made->set_name(name);
        made->set_type(type);
        return made;
    }

    NodeList &m_list;
    const std::string m_prefix;
};

// Appends the division of a node by another divisor.
void addDivision(NodeList &list, onnx::NodeProto node, const std::string &divisor,
                 const std::string &quotient)
{
    node.set_input(1, divisor);
    node.set_output(0, quotient);
    *list.Add() = std::move(node);
}

// Where the divisor b is -1, b * b = 1 is put in its place, and the quotient is multiplied by b.
// That is exact for every type, so it need not be known; only -1 becomes -1.0 as a double. No whole
// number leaves a rest there. Where is there from opset 9 on.
void addGuardedDivision(NodeList &list, const onnx::NodeProto &node)
{
    const std::string &quotient = node.output(0);
    const std::string &divisor = node.input(1);
    Nodes nodes(list, quotient);
    const auto found = nodes.isMinusOne(divisor);
    const auto square = nodes.add("Mul", {divisor, divisor}, "square");
    const auto safe = nodes.add("Where", {found, square, divisor}, "divisor");
    if (node.op_type() == "Mod")
        return addDivision(list, node, safe, quotient);
    const auto raw = nodes.name("quotient");
    addDivision(list, node, safe, raw);
    const auto negative = nodes.add("Mul", {raw, divisor}, "negative");
    (void)nodes.add("Where", {found, negative, raw}, "signed");
    list.rbegin()->set_output(0, quotient);
}

// The same for a known type and any opset: with s = -1 where the divisor is -1, and 1 elsewhere, a
// / b = a / (b * s) * s.
void addSignedDivision(NodeList &list, const onnx::NodeProto &node, int type)
{
    const std::string &quotient = node.output(0);
    const std::string &divisor = node.input(1);
    Nodes nodes(list, quotient);
    const auto count = nodes.cast(nodes.isMinusOne(divisor), onnx::TensorProto::DOUBLE, "count");
    const auto twice = nodes.add("Mul", {count, nodes.constant(-2, "minus_two")}, "twice");
    const auto sign =
        nodes.cast(nodes.add("Add", {twice, nodes.constant(1, "one")}, "signs"), type, "sign");
    const auto safe = nodes.add("Mul", {divisor, sign}, "divisor");
    if (node.op_type() == "Mod")
        return addDivision(list, node, safe, quotient);
    const auto raw = nodes.name("quotient");
    addDivision(list, node, safe, raw);
    (void)nodes.add("Mul", {raw, sign}, "signed");
    list.rbegin()->set_output(0, quotient);
}

// Dividing a number by itself is a failed run where it is 0, and adds nothing elsewhere.
void addGuardedFrames(NodeList &list, onnx::NodeProto node)
{
    const std::string name = node.output_size() > 0 ? node.output(0) : std::string();
    for (const auto &[input, what] : {std::pair(1, "step"), {3, "length"}}) {
        if (node.input_size() <= input || node.input(input).empty())
            continue;
        const std::string number = node.input(input);
        Nodes nodes(list, fmt::format("{}/{}", name, what));
        const auto one = nodes.add("Div", {number, number}, "one");
        const auto zero = nodes.add("Sub", {one, one}, "zero");
        node.set_input(input, nodes.add("Add", {number, zero}, "number"));
    }
    *list.Add() = std::move(node);
}

bool isWhole(int type)
{
    return type == onnx::TensorProto::INT32 || type == onnx::TensorProto::INT64;
}

int typeOfDivision(const onnx::NodeProto &node, const OnnxTypes &types)
{
    int type = 0;
    for (const auto &name : {node.input(0), node.input(1), node.output(0)})
        type = type != 0 ? type : types.of(name);
    return type;
}

void guardNodes(const TypedNodes &typed, bool hasWhere)
{
    const auto safe = constantsWithout(-1, typed);
    NodeList before;
    before.Swap(&typed.nodes);
    for (auto &node : before) {
        const bool guards = divides(node) && !safe.contains(node.input(1));
        const int type = guards ? typeOfDivision(node, typed.types) : 0;
        if (makesFrames(node))
            addGuardedFrames(typed.nodes, std::move(node));
        else if (guards && hasWhere && (type == 0 || isWhole(type)))
            addGuardedDivision(typed.nodes, node);
        else if (guards && isWhole(type))
            addSignedDivision(typed.nodes, node, type);
        else
            *typed.nodes.Add() = std::move(node);
    }
}

Result<void> refuseNoGroups(const onnx::NodeProto &node)
{
    static const std::set<std::string> convolutions{"Conv", "ConvInteger", "ConvTranspose",
                                                    "QLinearConv", "DeformConv"};
    if (!isStandard(node) || !convolutions.contains(node.op_type()) ||
        intAttribute(node, "group", 1) > 0)
        return {};
    return failedPrecondition(fmt::format(
        "The {} has {} groups, but a convolution has one at least; the file is damaged or "
        "was made wrongly: export it again.",
        nodeText(node), intAttribute(node, "group", 1)));
}

} // namespace

Result<void> avoidHazards(onnx::ModelProto &model)
{
    if (auto fine = walkOnnx(model, {.tensor = {}, .sparse = {}, .node = refuseNoGroups}); !fine)
        return fine;
    if (!anyNode(model, [](const auto &node) { return divides(node) || makesFrames(node); }))
        return {};
    const bool hasWhere = opsetOf(model, "") >= 9;
    walkTypedNodes(model, [hasWhere](const TypedNodes &typed) {
        // Functions are younger than Where.
        guardNodes(typed, hasWhere || !typed.graph);
    });
    return {};
}

} // namespace warmbench
