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

// Ends the name of the node that fails where a divisor is 0.
constexpr const char *divisionByZero = "division_by_zero";

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

// Small constants without 0 and -1.
std::set<std::string> safeDivisors(const TypedNodes &typed)
{
    const auto isSafe = [](const onnx::TensorProto &tensor) {
        const auto numbers = numbersOf(tensor);
        return numbers && std::none_of(numbers->begin(), numbers->end(),
                                       [](double number) { return number == 0 || number == -1; });
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
    // Where the tensor is this number, or none at all. Equal takes doubles from opset 11 on only.
    std::string isNumber(const std::string &tensor, double number, const char *what)
    {
        const std::string prefix = std::string(what) + "_";
        const auto asDouble = cast(tensor, onnx::TensorProto::DOUBLE, (prefix + "double").c_str());
        const auto wanted = constant(number, (prefix + "number").c_str());
        const auto less = add("Less", {asDouble, wanted}, (prefix + "less").c_str());
        const auto greater = add("Greater", {asDouble, wanted}, (prefix + "greater").c_str());
        return add("Not", {add("Or", {less, greater}, (prefix + "other").c_str())}, what);
    }
    std::string isMinusOne(const std::string &tensor) { return isNumber(tensor, -1, "found"); }

    // A 0.0 that is taken from a list of one element; where the tensor has zeros, from beyond its
    // end, which is a failed run.
    std::string gate(const std::string &tensor, bool isWhole)
    {
        auto zero = isNumber(tensor, 0, "zero");
        if (!isWhole) {
            // A half becomes 0 in whole numbers alone.
            const auto like = add("CastLike", {constant(0.5, "half"), tensor}, "like");
            zero = add("And", {zero, isNumber(like, 0, "whole")}, "whole_zero");
        }
        const auto zeros = cast(zero, onnx::TensorProto::FLOAT, "zeros");
        const auto count = add("ReduceSum", {zeros}, "sum");
        attribute("keepdims", onnx::AttributeProto::INT)->set_i(0);
        const auto index = cast(count, onnx::TensorProto::INT64, "index");
        auto *list = m_list.Add();
        list->set_op_type("Constant");
        list->add_output(name("list"));
        auto *value = attribute("value", onnx::AttributeProto::TENSOR)->mutable_t();
        value->set_data_type(onnx::TensorProto::DOUBLE);
        value->add_dims(1);
        value->add_double_data(0);
        return add("Gather", {name("list"), index}, divisionByZero);
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

// STFT divides by both numbers.
void addGuardedFrames(NodeList &list, onnx::NodeProto node)
{
    const std::string name = node.output_size() > 0 ? node.output(0) : std::string();
    for (const auto &[input, what] : {std::pair(1, "step"), {3, "length"}}) {
        if (node.input_size() <= input || node.input(input).empty())
            continue;
        const std::string number = node.input(input);
        Nodes nodes(list, fmt::format("{}/{}", name, what));
        const auto zero = nodes.add("CastLike", {nodes.gate(number, true), number}, "nothing");
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

// What the library and the model's opset know.
struct Known
{
    bool zeros = false; // the library fails where a whole number is divided by 0
    bool where = false; // the opset has the operator Where
    bool castLike = false;
};

void guardDivision(NodeList &list, onnx::NodeProto node, int type, const Known &known)
{
    const bool unsure = type == 0 && known.castLike;
    if ((isWhole(type) || unsure) && !known.zeros) {
        Nodes nodes(list, node.output(0));
        const std::string divisor = node.input(1);
        const auto nothing = nodes.gate(divisor, !unsure);
        const auto zero = unsure ? nodes.add("CastLike", {nothing, divisor}, "nothing")
                                 : nodes.cast(nothing, type, "nothing");
        node.set_input(1, nodes.add("Add", {divisor, zero}, "number"));
    }
    if (known.where && (type == 0 || isWhole(type)))
        addGuardedDivision(list, node);
    else if (isWhole(type))
        addSignedDivision(list, node, type);
    else
        *list.Add() = std::move(node);
}

void guardNodes(const TypedNodes &typed, const Known &known)
{
    const auto safe = safeDivisors(typed);
    NodeList before;
    before.Swap(&typed.nodes);
    for (auto &node : before) {
        if (makesFrames(node)) {
            addGuardedFrames(typed.nodes, std::move(node));
        } else if (divides(node) && !safe.contains(node.input(1))) {
            const int type = typeOfDivision(node, typed.types);
            guardDivision(typed.nodes, std::move(node), type, known);
        } else {
            *typed.nodes.Add() = std::move(node);
        }
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

bool failedOverZero(const std::string &message)
{
    return message.find(divisionByZero) != std::string::npos;
}

Result<void> avoidHazards(onnx::ModelProto &model, bool failsOverZero)
{
    if (auto fine = walkOnnx(model, {.tensor = {}, .sparse = {}, .node = refuseNoGroups}); !fine)
        return fine;
    if (!anyNode(model, [](const auto &node) { return divides(node) || makesFrames(node); }))
        return {};
    const std::int64_t opset = opsetOf(model, "");
    walkTypedNodes(model, [&](const TypedNodes &typed) {
        const bool function = !typed.graph; // functions are younger than both operators
        guardNodes(typed, {.zeros = failsOverZero,
                           .where = function || opset >= 9,
                           .castLike = function || opset >= 15});
    });
    return {};
}

} // namespace warmbench
