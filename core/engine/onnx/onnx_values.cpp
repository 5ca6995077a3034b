#include "engine/onnx/onnx_values.h"

#include "engine/onnx/onnx_walk.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace warmbench {

namespace {

// By operator, the first input whose values decide about extents or rounds.
int decidingInput(const std::string &type)
{
    static const std::map<std::string, int> first{
        {"BlackmanWindow", 0},  {"CenterCropPad", 1}, {"Col2Im", 1},
        {"ConstantOfShape", 0}, {"DFT", 1},           {"Expand", 1},
        {"HammingWindow", 0},   {"HannWindow", 0},    {"Loop", 0},
        {"MelWeightMatrix", 0}, {"OneHot", 1},        {"Pad", 1},
        {"Range", 0},           {"Resize", 1},        {"Scan", 0},
        {"SequenceMap", 0},     {"Tile", 1},          {"Upsample", 1},
        {"AffineGrid", 1}};
    const auto found = first.find(type);
    return found == first.end() ? -1 : found->second;
}

bool lastsByValues(const onnx::GraphProto &graph)
{
    std::set<std::string> fixed{""}; // an input that is left out
    for (const auto &tensor : graph.initializer())
        fixed.insert(tensor.name());
    for (const auto &node : graph.node()) {
        const auto &inputs = node.input();
        const auto isFixed = [&](const std::string &name) { return fixed.contains(name); };
        const int first = isStandard(node) ? decidingInput(node.op_type()) : -1;
        if (first >= 0 && first < inputs.size() &&
            !std::all_of(inputs.begin() + first, inputs.end(), isFixed))
            return true;
        const auto &attributes = node.attribute();
        if (std::any_of(attributes.begin(), attributes.end(), [](const auto &attribute) {
                return attribute.has_g() && lastsByValues(attribute.g());
            }))
            return true;
        // The shape of an input is known before the run.
        if (node.op_type() == "Shape" || node.op_type() == "Size" ||
            std::all_of(inputs.begin(), inputs.end(), isFixed))
            fixed.insert(node.output().begin(), node.output().end());
    }
    return false;
}

} // namespace

bool lastsByValues(const onnx::ModelProto &model)
{
    return lastsByValues(model.graph());
}

bool takesEmptyTensors(const onnx::ModelProto &model)
{
    static const std::set<std::string> known{"Abs",
                                             "Add",
                                             "And",
                                             "ArgMax",
                                             "ArgMin",
                                             "Asin",
                                             "Atan",
                                             "Cast",
                                             "CastLike",
                                             "Ceil",
                                             "Celu",
                                             "Clip",
                                             "Compress",
                                             "Concat",
                                             "ConcatFromSequence",
                                             "Constant",
                                             "Cos",
                                             "CumSum",
                                             "Div",
                                             "Dropout",
                                             "Einsum",
                                             "Elu",
                                             "Equal",
                                             "Erf",
                                             "Exp",
                                             "Expand",
                                             "Flatten",
                                             "Floor",
                                             "Gather",
                                             "GatherElements",
                                             "Gelu",
                                             "Gemm",
                                             "Greater",
                                             "GreaterOrEqual",
                                             "HardSigmoid",
                                             "HardSwish",
                                             "Identity",
                                             "IsInf",
                                             "IsNaN",
                                             "LayerNormalization",
                                             "LeakyRelu",
                                             "Less",
                                             "LessOrEqual",
                                             "Log",
                                             "LogSoftmax",
                                             "LpNormalization",
                                             "MatMul",
                                             "Max",
                                             "Mean",
                                             "Min",
                                             "Mod",
                                             "Mul",
                                             "Neg",
                                             "NonZero",
                                             "Not",
                                             "OneHot",
                                             "Or",
                                             "PRelu",
                                             "Pad",
                                             "Pow",
                                             "QuantizeLinear",
                                             "Reciprocal",
                                             "ReduceL1",
                                             "ReduceL2",
                                             "ReduceLogSum",
                                             "ReduceLogSumExp",
                                             "ReduceMax",
                                             "ReduceMean",
                                             "ReduceMin",
                                             "ReduceProd",
                                             "ReduceSum",
                                             "ReduceSumSquare",
                                             "Relu",
                                             "Reshape",
                                             "Round",
                                             "ScatterElements",
                                             "Selu",
                                             "SequenceConstruct",
                                             "SequenceLength",
                                             "Shape",
                                             "Sigmoid",
                                             "Sign",
                                             "Sin",
                                             "Sinh",
                                             "Size",
                                             "Slice",
                                             "Softmax",
                                             "Softplus",
                                             "Softsign",
                                             "Split",
                                             "SplitToSequence",
                                             "Sqrt",
                                             "Squeeze",
                                             "Sub",
                                             "Sum",
                                             "Tan",
                                             "Tanh",
                                             "ThresholdedRelu",
                                             "Tile",
                                             "Transpose",
                                             "Trilu",
                                             "Unsqueeze",
                                             "Where",
                                             "Xor"};
    const auto &nodes = model.graph().node();
    return std::all_of(nodes.begin(), nodes.end(), [](const auto &node) {
        return isStandard(node) && known.contains(node.op_type());
    });
}

} // namespace warmbench
