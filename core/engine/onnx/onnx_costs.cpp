#include "engine/onnx/onnx_costs.h"

#include "base/text.h"
#include "engine/live_memory.h"
#include "engine/onnx/onnx_walk.h"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <set>
#include <string_view>

namespace warmbench {

namespace {

constexpr std::int64_t most = std::int64_t(1) << 50; // no network that can run takes more

std::int64_t bounded(double count)
{
    return count < static_cast<double>(most) ? static_cast<std::int64_t>(count) : most;
}

double elements(const Shape &shape)
{
    return std::accumulate(shape.begin(), shape.end(), 1.0, std::multiplies<>());
}

const Shape *shapeAt(const ValueShapes &shapes, const std::vector<int> &values, std::size_t index)
{
    const int value = index < values.size() ? values[index] : -1;
    if (value < 0 || !shapes[static_cast<std::size_t>(value)])
        return nullptr;
    return &*shapes[static_cast<std::size_t>(value)];
}

// ---- operations of one node, from the shapes of its inputs and of its first output

struct Sizes
{
    const OnnxStep &step;
    const ValueShapes &shapes;
    const Shape &made;
    const Shape *input(std::size_t index) const { return shapeAt(shapes, step.inputs, index); }
};

// Each number of the output is a sum of as many products as a filter has weights.
double convolution(const Sizes &sizes, std::size_t weights)
{
    const Shape *w = sizes.input(weights);
    return w && !w->empty() ? 2 * elements(sizes.made) * elements(*w) / static_cast<double>((*w)[0])
                            : 0;
}

double transposedConvolution(const Sizes &sizes)
{
    const Shape *x = sizes.input(0);
    const Shape *w = sizes.input(1);
    return x && w && !w->empty() ? 2 * elements(*x) * elements(*w) / static_cast<double>((*w)[0])
                                 : 0;
}

double product(const Sizes &sizes)
{
    const Shape *a = sizes.input(0);
    if (!a || a->empty())
        return 0;
    const bool transposed = intAttribute(*sizes.step.node, "transA", 0) != 0 && a->size() == 2;
    return 2 * elements(sizes.made) * static_cast<double>(transposed ? (*a)[0] : a->back());
}

double recurrent(const Sizes &sizes)
{
    const Shape *x = sizes.input(0);
    const Shape *w = sizes.input(1);
    const Shape *r = sizes.input(2);
    if (!x || !w || !r || x->size() != 3)
        return 0;
    const auto steps = static_cast<double>((*x)[0]) * static_cast<double>((*x)[1]);
    return 2 * steps * (elements(*w) + elements(*r));
}

double pooling(const Sizes &sizes)
{
    const auto kernel = intsAttribute(*sizes.step.node, "kernel_shape");
    return elements(sizes.made) * elements(kernel);
}

// Each number of the input counts once.
double reading(const Sizes &sizes)
{
    const Shape *x = sizes.input(0);
    return x ? elements(*x) : 0;
}

double operations(const Sizes &sizes)
{
    using Count = double (*)(const Sizes &);
    static const std::map<std::string_view, Count> known{
        {"Conv", [](const Sizes &s) { return convolution(s, 1); }},
        {"QLinearConv", [](const Sizes &s) { return convolution(s, 3); }},
        {"ConvTranspose", transposedConvolution},
        {"MatMul", product},
        {"Gemm", product},
        {"LSTM", recurrent},
        {"GRU", recurrent},
        {"RNN", recurrent},
        {"AveragePool", pooling},
        {"MaxPool", pooling},
    };
    static const std::map<std::string_view, double> perNumber{
        {"BatchNormalization", 2},
        {"InstanceNormalization", 5},
        {"LayerNormalization", 5},
        {"LRN", 3},
        {"Softmax", 4},
        {"LogSoftmax", 4},
        {"PRelu", 2},
        {"HardSigmoid", 2},
        {"Clip", 2},
    };
    static const std::set<std::string_view> moving{
        "Cast",    "Concat",  "Constant",  "ConstantOfShape", "DepthToSpace", "Dropout",
        "Expand",  "Flatten", "Gather",    "Identity",        "Pad",          "Range",
        "Reshape", "Shape",   "Size",      "Slice",           "SpaceToDepth", "Split",
        "Squeeze", "Tile",    "Transpose", "Unsqueeze",       "Where"};
    const std::string &type = sizes.step.node->op_type();
    if (const auto found = known.find(type); found != known.end())
        return found->second(sizes);
    if (type.starts_with("Reduce") || type.starts_with("Global") || type.starts_with("Arg"))
        return reading(sizes);
    if (const auto found = perNumber.find(type); found != perNumber.end())
        return found->second * elements(sizes.made);
    return moving.contains(type) ? 0 : elements(sizes.made);
}

bool inPlace(const std::string &type)
{
    static const std::set<std::string_view> known{"BatchNormalization",
                                                  "Clip",
                                                  "Dropout",
                                                  "Flatten",
                                                  "Identity",
                                                  "LeakyRelu",
                                                  "PRelu",
                                                  "Relu",
                                                  "Reshape",
                                                  "Sigmoid",
                                                  "Squeeze",
                                                  "Tanh",
                                                  "Unsqueeze"};
    return known.contains(type);
}

// For a transposed convolution OpenCV first writes all products into a buffer and then adds them
// up. The buffer holds, for each input pixel, everything that the filters make of it.
Bytes scratchOf(const OnnxStep &step, const ValueShapes &shapes)
{
    const Shape *x = shapeAt(shapes, step.inputs, 0);
    const Shape *w = shapeAt(shapes, step.inputs, 1);
    if (step.node->op_type() != "ConvTranspose" || !x || !w || x->size() < 3 || w->empty())
        return {};
    const Shape pixels(x->begin() + 2, x->end());
    return {bounded(4 * elements(*w) / static_cast<double>((*w)[0]) * elements(pixels))};
}

} // namespace

RunCost runCostOf(const OnnxShapes &graph, const ValueShapes &shapes)
{
    std::vector<LiveStep> steps;
    for (const OnnxStep &step : graph.steps())
        steps.push_back({.reads = step.inputs,
                         .makes = step.outputs,
                         .inPlace = inPlace(step.node->op_type()),
                         .scratch = scratchOf(step, shapes)});
    std::vector<Bytes> sizes;
    for (const auto &shape : shapes)
        sizes.push_back(shape ? floatBytes({&*shape, 1}) : Bytes());
    RunCost cost;
    cost.activations = busiestMoment(steps, sizes, graph.outputs());
    for (const int output : graph.outputs())
        cost.outputs += sizes[static_cast<std::size_t>(output)];
    return cost;
}

NetworkMeasure measureOnnx(const OnnxShapes &graph, const ValueShapes &shapes)
{
    NetworkMeasure measure;
    measure.activations = runCostOf(graph, shapes).activations;
    for (const OnnxStep &step : graph.steps()) {
        LayerInfo layer{.name = nodeName(*step.node),
                        .type = printable(step.node->op_type(), 60),
                        .outputShape = {}};
        for (const int input : step.inputs) {
            const auto constant = input < 0 ? std::nullopt : graph.constant(input);
            layer.parameters += constant ? constant->elements : 0;
        }
        if (const Shape *made = shapeAt(shapes, step.outputs, 0)) {
            layer.outputShape = *made;
            layer.flops = bounded(operations({step, shapes, *made}));
        }
        measure.flops = std::min(most, measure.flops + layer.flops);
        measure.layers.push_back(std::move(layer));
    }
    for (std::size_t value = 0; value < graph.valueCount(); ++value) {
        const auto constant = graph.constant(static_cast<int>(value));
        measure.weights += {constant ? bounded(4.0 * static_cast<double>(constant->elements)) : 0};
    }
    return measure;
}

} // namespace warmbench
