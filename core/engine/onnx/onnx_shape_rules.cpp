#include "engine/onnx/onnx_shape_rules.h"

#include "engine/onnx/onnx_walk.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <functional>
#include <map>
#include <numeric>
#include <span>
#include <string_view>

namespace warmbench {

namespace {

using Verdict = std::optional<std::string>;

std::int64_t elementsOf(const Shape &shape)
{
    return std::accumulate(shape.begin(), shape.end(), std::int64_t(1), std::multiplies<>());
}

Verdict fits(const NodeShapes &)
{
    return std::nullopt;
}

// Each input from `first` on that is given must hold `count` numbers.
Verdict each(const NodeShapes &shapes, std::size_t first, std::int64_t count, const char *what)
{
    for (std::size_t i = first; i < shapes.inputs.size(); ++i) {
        if (shapes.input(i) && elementsOf(*shapes.input(i)) != count)
            return fmt::format("it has {} numbers for {} {}", elementsOf(*shapes.input(i)), count,
                               what);
    }
    return std::nullopt;
}

// Scale, bias, mean and variance must have one number for each channel.
Verdict oneAChannel(const NodeShapes &shapes)
{
    const Shape *x = shapes.input(0);
    if (!x)
        return std::nullopt;
    if (x->size() < 2)
        return "it needs a batch and a channel extent";
    return each(shapes, 1, (*x)[1], "channels");
}

// OpenCV takes one slope for all channels or one for each.
Verdict slopes(const NodeShapes &shapes)
{
    const Shape *slope = shapes.input(1);
    if (!slope || elementsOf(*slope) == 1)
        return std::nullopt;
    return oneAChannel(shapes);
}

// Each spatial extent must have one stride, dilation and kernel size, at least 1, and two pads, at
// least 0. libonnx divides by strides without checking them.
Verdict windows(const NodeShapes &shapes)
{
    const Shape *x = shapes.input(0);
    if (!x)
        return std::nullopt;
    if (x->size() < 3)
        return "it needs a batch, a channel and at least one more extent";
    struct Window
    {
        const char *name;
        std::int64_t least;
        std::size_t eachExtent;
    };
    constexpr std::array<Window, 5> lists{{{"strides", 1, 1},
                                           {"dilations", 1, 1},
                                           {"kernel_shape", 1, 1},
                                           {"pads", 0, 2},
                                           {"output_padding", 0, 1}}};
    constexpr std::int64_t most = 1 << 20;
    for (const Window &list : lists) {
        const auto values = intsAttribute(shapes.node, list.name);
        const std::size_t expected = (x->size() - 2) * list.eachExtent;
        if (!values.empty() && values.size() != expected)
            return fmt::format("its attribute \"{}\" has {} numbers instead of {}", list.name,
                               values.size(), expected);
        if (std::any_of(values.begin(), values.end(),
                        [&](std::int64_t value) { return value < list.least || value > most; }))
            return fmt::format("its attribute \"{}\" has a number outside {} to {}", list.name,
                               list.least, most);
    }
    return std::nullopt;
}

// The padded input must be at least as large as the window: libonnx and OpenCV compute with the
// difference even when it is negative.
Verdict covers(const NodeShapes &shapes, const Shape &x, std::span<const std::int64_t> kernel)
{
    const auto pads = intsAttribute(shapes.node, "pads");
    const auto dilations = intsAttribute(shapes.node, "dilations");
    const bool padded = std::any_of(
        shapes.node.attribute().begin(), shapes.node.attribute().end(), [](const auto &attribute) {
            return attribute.name() == "auto_pad" && attribute.s().starts_with("SAME");
        });
    for (std::size_t i = 0; !padded && i < kernel.size() && i + 2 < x.size(); ++i) {
        const std::int64_t around = pads.empty() ? 0 : pads[i] + pads[i + kernel.size()];
        const std::int64_t window = (kernel[i] - 1) * (dilations.empty() ? 1 : dilations[i]) + 1;
        if (x[i + 2] + around < window)
            return fmt::format("its window of {} does not fit into {}", window, x[i + 2] + around);
    }
    return std::nullopt;
}

// Global pooling goes over all extents after batch and channel; there must be at least one.
Verdict globalPooling(const NodeShapes &shapes)
{
    const Shape *x = shapes.input(0);
    return x && x->size() < 3 ? Verdict("it needs a batch, a channel and at least one more extent")
                              : std::nullopt;
}

Verdict pooling(const NodeShapes &shapes)
{
    if (auto wrong = windows(shapes))
        return wrong;
    const Shape *x = shapes.input(0);
    return x ? covers(shapes, *x, intsAttribute(shapes.node, "kernel_shape")) : std::nullopt;
}

// The rule that ordinary and transposed convolutions share; `weights` is the index of the input
// with the weights.
Verdict kernel(const NodeShapes &shapes, std::size_t weights)
{
    if (auto wrong = windows(shapes))
        return wrong;
    const Shape *x = shapes.input(0);
    const Shape *w = shapes.input(weights);
    if (!x || !w)
        return std::nullopt;
    if (w->size() != x->size())
        return fmt::format("its weights have {} extents for an input of {}", w->size(), x->size());
    if (intAttribute(shapes.node, "group", 1) < 1)
        return "its attribute \"group\" is below 1";
    const auto size = intsAttribute(shapes.node, "kernel_shape");
    if (!size.empty() && !std::equal(size.begin(), size.end(), w->begin() + 2, w->end()))
        return "its attribute \"kernel_shape\" is not that of its weights";
    return std::nullopt;
}

// OpenCV has a quick way for 3x3 filters of one channel, which reads the three rows around each
// output row even if they are not there.
bool leavesRows(const NodeShapes &shapes, const Shape &x, const Shape &w)
{
    if (w.size() != 4 || w[1] != 1 || w[2] != 3 || w[3] != 3)
        return false;
    const auto first = [&](const char *name, std::int64_t fallback) {
        const auto values = intsAttribute(shapes.node, name);
        return values.empty() ? fallback : values.front();
    };
    const auto dilations = intsAttribute(shapes.node, "dilations");
    const auto pads = intsAttribute(shapes.node, "pads");
    const std::int64_t dilation = first("dilations", 1);
    const std::int64_t stride = first("strides", 1);
    const std::int64_t before = first("pads", 0);
    const std::int64_t after = pads.size() == 4 ? pads[2] : 0;
    if (x[3] < 16 + 2 * (dilations.size() == 2 ? dilations[1] : 1))
        return false;
    const std::int64_t last = (x[2] + before + after - 2 * dilation - 1) / stride;
    return x[2] < 2 * dilation || last * stride - before + dilation > x[2] - 1;
}

// Weights [M, C / group, ...], bias [M].
Verdict convolutionWith(const NodeShapes &shapes, std::size_t weights, std::size_t bias)
{
    if (auto wrong = kernel(shapes, weights))
        return wrong;
    const Shape *x = shapes.input(0);
    const Shape *w = shapes.input(weights);
    if (!x || !w)
        return std::nullopt;
    const std::int64_t group = intAttribute(shapes.node, "group", 1);
    if (group > (*w)[0] || (*w)[0] % group != 0)
        return fmt::format("its {} filters do not divide into {} groups", (*w)[0], group);
    if ((*w)[1] * group != (*x)[1])
        return fmt::format("its weights are for {} channels, not {}", (*w)[1] * group, (*x)[1]);
    const Shape *b = shapes.input(bias);
    if (b && elementsOf(*b) != (*w)[0])
        return fmt::format("it has {} biases for {} filters", elementsOf(*b), (*w)[0]);
    if (leavesRows(shapes, *x, *w))
        return "OpenCV's windows would reach rows that are not there";
    return covers(shapes, *x, std::span(*w).subspan(2));
}

Verdict convolution(const NodeShapes &shapes)
{
    return convolutionWith(shapes, 1, 2);
}

Verdict quantisedConvolution(const NodeShapes &shapes)
{
    return convolutionWith(shapes, 3, 8);
}

// Weights [C, M / group, ...], bias [M].
Verdict transposedConvolution(const NodeShapes &shapes)
{
    if (auto wrong = kernel(shapes, 1))
        return wrong;
    const Shape *x = shapes.input(0);
    const Shape *w = shapes.input(1);
    if (!x || !w)
        return std::nullopt;
    const std::int64_t group = intAttribute(shapes.node, "group", 1);
    if ((*w)[0] != (*x)[1] || (*w)[0] % group != 0)
        return fmt::format("its weights are for {} channels in {} groups, not {}", (*w)[0], group,
                           (*x)[1]);
    const Shape *b = shapes.input(2);
    if (b && elementsOf(*b) != (*w)[1] * group)
        return fmt::format("it has {} biases for {} filters", elementsOf(*b), (*w)[1] * group);
    return std::nullopt;
}

// True if each extent of `from`, counted from the last, is 1 or equals that of `to`.
bool broadcasts(const Shape &from, const Shape &to)
{
    if (from.size() > to.size())
        return false;
    return std::equal(from.rbegin(), from.rend(), to.rbegin(),
                      [](std::int64_t a, std::int64_t b) { return a == 1 || a == b; });
}

Verdict generalProduct(const NodeShapes &shapes)
{
    const Shape *a = shapes.input(0);
    const Shape *b = shapes.input(1);
    if (!a || !b)
        return std::nullopt;
    if (a->size() != 2 || b->size() != 2)
        return "it takes matrices of two extents";
    const bool transA = intAttribute(shapes.node, "transA", 0) != 0;
    const bool transB = intAttribute(shapes.node, "transB", 0) != 0;
    const std::int64_t inner = (*a)[transA ? 0 : 1];
    if (inner != (*b)[transB ? 1 : 0])
        return fmt::format("it multiplies {} columns by {} rows", inner, (*b)[transB ? 1 : 0]);
    const Shape *c = shapes.input(2);
    if (c && !broadcasts(*c, {(*a)[transA ? 1 : 0], (*b)[transB ? 0 : 1]}))
        return "its third input does not fit the product";
    return std::nullopt;
}

// X [length, batch, inputs], W [directions, gates * hidden, inputs], R [directions, gates * hidden,
// hidden], B [directions, 2 * gates * hidden].
Verdict recurrent(const NodeShapes &shapes, std::int64_t gates)
{
    const Shape *x = shapes.input(0);
    const Shape *w = shapes.input(1);
    const Shape *r = shapes.input(2);
    if (!x || !w || !r)
        return std::nullopt;
    if (x->size() != 3 || w->size() != 3 || r->size() != 3)
        return "it takes tensors of three extents";
    const std::int64_t hidden = intAttribute(shapes.node, "hidden_size", (*r)[2]);
    const std::int64_t directions = (*w)[0];
    if ((*w)[2] != (*x)[2])
        return fmt::format("its weights are for {} inputs, not {}", (*w)[2], (*x)[2]);
    if ((*w)[1] != gates * hidden || *r != Shape{directions, gates * hidden, hidden})
        return fmt::format("its weights are not those of {} hidden units", hidden);
    const Shape *b = shapes.input(3);
    if (b && *b != Shape{directions, 2 * gates * hidden})
        return fmt::format("its biases are not those of {} hidden units", hidden);
    const Shape state{directions, (*x)[1], hidden};
    for (const std::size_t i : {5, 6}) {
        if (shapes.input(i) && *shapes.input(i) != state)
            return "its first state does not fit batch and hidden units";
    }
    return std::nullopt;
}

Verdict longShortTerm(const NodeShapes &shapes)
{
    return recurrent(shapes, 4);
}

Verdict gatedRecurrent(const NodeShapes &shapes)
{
    return recurrent(shapes, 3);
}

Verdict plainRecurrent(const NodeShapes &shapes)
{
    return recurrent(shapes, 1);
}

Verdict gather(const NodeShapes &shapes)
{
    const Shape *data = shapes.input(0);
    if (!data || shapes.numbers.size() < 2 || !shapes.numbers[1])
        return std::nullopt;
    const auto rank = std::ssize(*data);
    std::int64_t axis = intAttribute(shapes.node, "axis", 0);
    axis += axis < 0 ? rank : 0;
    if (axis < 0 || axis >= rank)
        return "its attribute \"axis\" names no extent";
    const auto extent = static_cast<double>((*data)[static_cast<std::size_t>(axis)]);
    for (const double index : *shapes.numbers[1]) {
        if (!(index >= -extent && index < extent))
            return fmt::format("its index {} lies outside an extent of {}", index, extent);
    }
    return std::nullopt;
}

// There must be one scale and zero point for all numbers, or one for each position along the axis.
Verdict quantised(const NodeShapes &shapes)
{
    const Shape *x = shapes.input(0);
    const Shape *scale = shapes.input(1);
    if (!x || !scale || elementsOf(*scale) == 1)
        return std::nullopt;
    const auto rank = std::ssize(*x);
    std::int64_t axis = intAttribute(shapes.node, "axis", 1);
    axis += axis < 0 ? rank : 0;
    if (axis < 0 || axis >= rank)
        return "its attribute \"axis\" names no extent";
    return each(shapes, 1, (*x)[static_cast<std::size_t>(axis)], "extents along its axis");
}

// The positions must come from a pooling of the same shape.
Verdict unpooling(const NodeShapes &shapes)
{
    if (auto wrong = windows(shapes))
        return wrong;
    const Shape *x = shapes.input(0);
    const Shape *positions = shapes.input(1);
    if (x && positions && *x != *positions)
        return "its positions have another shape than its numbers";
    return std::nullopt;
}

const std::map<std::string_view, ShapeRule> &rules()
{
    static const std::map<std::string_view, ShapeRule> known = [] {
        std::map<std::string_view, ShapeRule> all{
            {"AveragePool", pooling},
            {"BatchNormalization", oneAChannel},
            {"Conv", convolution},
            {"ConvTranspose", transposedConvolution},
            {"DequantizeLinear", quantised},
            {"GRU", gatedRecurrent},
            {"Gather", gather},
            {"Gemm", generalProduct},
            {"GlobalAveragePool", globalPooling},
            {"GlobalLpPool", globalPooling},
            {"GlobalMaxPool", globalPooling},
            {"InstanceNormalization", oneAChannel},
            {"LSTM", longShortTerm},
            {"LpPool", pooling},
            {"MaxPool", pooling},
            {"MaxUnpool", unpooling},
            {"PRelu", slopes},
            {"QLinearConv", quantisedConvolution},
            {"QuantizeLinear", quantised},
            {"RNN", plainRecurrent},
        };
        // For these libonnx compares the shapes itself, or any shape will do.
        for (const std::string_view name : {"Abs",
                                            "Acos",
                                            "Acosh",
                                            "Add",
                                            "And",
                                            "ArgMax",
                                            "ArgMin",
                                            "Asin",
                                            "Asinh",
                                            "Atan",
                                            "Atanh",
                                            "Cast",
                                            "CastLike",
                                            "Ceil",
                                            "Celu",
                                            "Clip",
                                            "Concat",
                                            "Constant",
                                            "ConstantOfShape",
                                            "Cos",
                                            "Cosh",
                                            "CumSum",
                                            "DepthToSpace",
                                            "Div",
                                            "Dropout",
                                            "Elu",
                                            "Equal",
                                            "Erf",
                                            "Exp",
                                            "Expand",
                                            "EyeLike",
                                            "Flatten",
                                            "Floor",
                                            "GatherElements",
                                            "GatherND",
                                            "Greater",
                                            "GreaterOrEqual",
                                            "HardSigmoid",
                                            "HardSwish",
                                            "Hardmax",
                                            "Identity",
                                            "IsInf",
                                            "IsNaN",
                                            "LRN",
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
                                            "MeanVarianceNormalization",
                                            "Min",
                                            "Mish",
                                            "Mod",
                                            "Mul",
                                            "Neg",
                                            "Not",
                                            "OneHot",
                                            "Or",
                                            "Pad",
                                            "Pow",
                                            "Range",
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
                                            "Resize",
                                            "Round",
                                            "Selu",
                                            "Shape",
                                            "Shrink",
                                            "Sigmoid",
                                            "Sign",
                                            "Sin",
                                            "Sinh",
                                            "Size",
                                            "Slice",
                                            "Softmax",
                                            "Softplus",
                                            "Softsign",
                                            "SpaceToDepth",
                                            "Split",
                                            "Sqrt",
                                            "Squeeze",
                                            "Sub",
                                            "Sum",
                                            "Tan",
                                            "Tanh",
                                            "ThresholdedRelu",
                                            "Tile",
                                            "TopK",
                                            "Transpose",
                                            "Trilu",
                                            "Unsqueeze",
                                            "Upsample",
                                            "Where",
                                            "Xor"})
            all.emplace(name, fits);
        return all;
    }();
    return known;
}

} // namespace

ShapeRule shapeRuleOf(const onnx::NodeProto &node)
{
    if (!isStandard(node))
        return nullptr;
    const auto found = rules().find(node.op_type());
    return found == rules().end() ? nullptr : found->second;
}

std::int64_t intAttribute(const onnx::NodeProto &node, const char *name, std::int64_t fallback)
{
    for (const auto &attribute : node.attribute()) {
        if (attribute.name() == name && attribute.has_i())
            return attribute.i();
    }
    return fallback;
}

std::vector<std::int64_t> intsAttribute(const onnx::NodeProto &node, const char *name)
{
    for (const auto &attribute : node.attribute()) {
        if (attribute.name() == name)
            return {attribute.ints().begin(), attribute.ints().end()};
    }
    return {};
}

} // namespace warmbench
