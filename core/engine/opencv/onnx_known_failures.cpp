#include "engine/opencv/onnx_known_failures.h"

#include "engine/onnx/onnx_shape_rules.h"

#include <algorithm>

namespace warmbench {

namespace {

bool isInteger(int type)
{
    static const std::set<int> known{onnx::TensorProto::INT8,   onnx::TensorProto::INT16,
                                     onnx::TensorProto::INT32,  onnx::TensorProto::INT64,
                                     onnx::TensorProto::UINT8,  onnx::TensorProto::UINT16,
                                     onnx::TensorProto::UINT32, onnx::TensorProto::UINT64};
    return known.contains(type);
}

// Integers of the inputs stay integers until a Cast, a comparison or a question about shapes.
bool makesIntegers(const onnx::NodeProto &node, const std::set<std::string> &whole)
{
    static const std::set<std::string> others{"Shape", "Size", "DequantizeLinear",
                                              "Equal", "Less", "Greater"};
    // Only the first input counts: most operators' other inputs are positions and shapes.
    const bool reads = !node.input().empty() && whole.contains(node.input(0));
    if (node.op_type() == "Cast")
        return reads && isInteger(static_cast<int>(intAttribute(node, "to", 0)));
    return reads && !others.contains(node.op_type());
}

bool isOne(const onnx::NodeProto &node, const char *attribute)
{
    const auto &all = node.attribute();
    return std::none_of(all.begin(), all.end(), [&](const auto &one) {
        return one.name() == attribute && one.f() != 1.0F;
    });
}

// OpenCV computes this form of Gemm correctly; the other forms give wrong numbers.
bool isPlainProduct(const onnx::NodeProto &node)
{
    return intAttribute(node, "transA", 0) == 0 && intAttribute(node, "transB", 0) == 1 &&
           isOne(node, "alpha") && (node.input_size() < 3 || isOne(node, "beta"));
}

// OpenCV gets these wrong: in sums and products of integers a constant counts as 0, and quotients
// of integers are rounded.
bool mistakesIntegers(const onnx::NodeProto &node, const Origins &origins)
{
    static const std::set<std::string> joining{"Add", "Div", "Mul", "Sub"};
    const auto &inputs = node.input();
    const auto any = [&](const std::set<std::string> &names) {
        return std::any_of(inputs.begin(), inputs.end(),
                           [&](const auto &input) { return names.contains(input); });
    };
    return joining.contains(node.op_type()) && any(origins.whole) &&
           (node.op_type() == "Div" || any(origins.constants));
}

// OpenCV always takes the nearest pixel by one rule (asymmetric, floor); by any other rule the
// result is shifted.
bool shiftsPixels(const onnx::NodeProto &node)
{
    const std::string mode = textAttribute(node, "mode");
    const std::string place = textAttribute(node, "coordinate_transformation_mode");
    const bool rounds = node.op_type() == "Resize" && (mode.empty() || mode == "nearest");
    return rounds && node.input_size() > 2 &&
           (place != "asymmetric" || textAttribute(node, "nearest_mode") != "floor");
}

// OpenCV's LSTM leaves these out without a word.
bool readsHalfOfIt(const onnx::NodeProto &node)
{
    const bool peepholes = node.input_size() > 7 && !node.input(7).empty();
    const auto &attributes = node.attribute();
    const bool clips = std::any_of(attributes.begin(), attributes.end(), [](const auto &attribute) {
        return attribute.name() == "clip";
    });
    return node.op_type() == "LSTM" &&
           (peepholes || clips || intAttribute(node, "input_forget", 0) != 0 ||
            textAttribute(node, "direction") == "reverse");
}

// Why a node in a rarer form, or its second output, gets wrong numbers or none.
const char *misreads(const onnx::NodeProto &node, const Origins &origins)
{
    const std::string &type = node.op_type();
    const bool second = node.output_size() > 1 && origins.wanted.contains(node.output(1)) &&
                        !node.output(1).empty();
    if (textAttribute(node, "auto_pad") == "SAME_LOWER")
        return "it pads SAME_LOWER as if it were SAME_UPPER";
    if (type == "MaxPool" && second && intAttribute(node, "storage_order", 0) != 0)
        return "it counts positions row by row, whatever storage_order says";
    if (type == "Dropout" && second)
        return "it makes no mask";
    if (type == "BatchNormalization" && intAttribute(node, "training_mode", 0) != 0)
        return "it goes by the running statistics in training mode too";
    if (readsHalfOfIt(node))
        return "it leaves out clip, input_forget, peepholes and the direction reverse";
    if (intAttribute(node, "layout", 0) != 0)
        return "it takes sequences in layout 0 alone";
    if (shiftsPixels(node))
        return "it takes the nearest pixel by another rule than the file says";
    return mistakesIntegers(node, origins)
               ? "it computes in float32 and leaves out constant integers"
               : nullptr;
}

} // namespace

std::string textAttribute(const onnx::NodeProto &node, const char *name)
{
    for (const auto &attribute : node.attribute()) {
        if (attribute.name() == name)
            return attribute.s();
    }
    return {};
}

Origins originsIn(const onnx::GraphProto &graph)
{
    Origins origins;
    auto &constants = origins.constants;
    for (const auto &tensor : graph.initializer())
        constants.insert(tensor.name());
    for (const auto &input : graph.input()) {
        if (isInteger(input.type().tensor_type().elem_type()) && !constants.contains(input.name()))
            origins.whole.insert(input.name());
    }
    for (const auto &node : graph.node()) {
        const auto &inputs = node.input();
        if (std::all_of(inputs.begin(), inputs.end(), [&](const std::string &input) {
                return input.empty() || constants.contains(input);
            }))
            constants.insert(node.output().begin(), node.output().end());
        if (node.op_type() == "QuantizeLinear")
            origins.quantised.insert(node.output().begin(), node.output().end());
        if (makesIntegers(node, origins.whole))
            origins.whole.insert(node.output().begin(), node.output().end());
        origins.wanted.insert(inputs.begin(), inputs.end());
    }
    for (const auto &output : graph.output())
        origins.wanted.insert(output.name());
    return origins;
}

const char *knownFailure(const onnx::NodeProto &node, const Origins &origins)
{
    static const std::set<std::string> control{"If", "Loop", "Scan", "SequenceMap"};
    if (control.contains(node.op_type()))
        return "it has no control flow";
    if (node.op_type() == "Gather" && intAttribute(node, "axis", 0) < 0)
        return "it counts the axis of a Gather from the first on only";
    if (node.op_type() == "DequantizeLinear" && !node.input().empty() &&
        origins.quantised.contains(node.input(0)))
        return "it answers memory that nobody wrote for numbers that are quantised and back";
    if (node.op_type() == "Gemm" && !isPlainProduct(node))
        return "it goes by a Gemm with transB 1, alpha 1 and beta 1 whatever the file says";
    if (node.op_type() == "CumSum")
        return "it crashes on cumulative sums";
    // OpenCV asks these layers for their first computed input, even if they have none.
    static const std::set<std::string> computing{"ArgMax", "ArgMin",  "BatchNormalization",
                                                 "Equal",  "Greater", "Less"};
    if (computing.contains(node.op_type()) && !node.input().empty() && !node.output().empty() &&
        origins.constants.contains(node.output(0)))
        return "all its inputs are constants";
    return misreads(node, origins);
}

} // namespace warmbench
