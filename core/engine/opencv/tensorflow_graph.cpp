#include "engine/opencv/tensorflow_graph.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <set>

namespace warmbench {

namespace {

constexpr std::int64_t largestExtent = 1'000'000;
constexpr std::int64_t mostNumbers = std::int64_t(1) << 29;

using Index = std::map<std::string, std::size_t, std::less<>>;

// The node that makes an input. "^name" only asks for an order; "name:1" is the second output.
std::string_view producerOf(std::string_view input)
{
    if (input.starts_with('^'))
        input.remove_prefix(1);
    return input.substr(0, input.find(':'));
}

// Which output of the producer an input is; nothing if the text is no name of an input.
std::optional<int> outputOf(std::string_view input)
{
    const auto colon = input.find(':');
    if (input.find('^', 1) != std::string_view::npos)
        return std::nullopt;
    if (colon == std::string_view::npos)
        return 0;
    const std::string_view digits = input.substr(colon + 1);
    int output = -1;
    const auto [end, problem] =
        std::from_chars(digits.data(), digits.data() + digits.size(), output);
    const bool whole = problem == std::errc() && end == digits.data() + digits.size();
    return whole && output >= 0 ? std::optional(output) : std::nullopt;
}

bool hasSeveralOutputs(std::string_view op)
{
    static const std::set<std::string_view> known{
        "Split",          "SplitV",           "Unpack",           "Switch", "Merge",
        "FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3", "TopK",   "TopKV2",
        "BlockLSTM",      "LSTMBlockCell",    "MaxPoolWithArgmax"};
    return known.contains(op);
}

Error refused(const std::string &file, const TensorFlowNode &node, std::string_view problem)
{
    return failedPrecondition(fmt::format("\"{}\" cannot be run: the node \"{}\" ({}) {}.", file,
                                          printable(node.name), printable(node.op, 60), problem));
}

// ---- operators whose inputs OpenCV uses without checking
// (modules/dnn/src/tensorflow/tf_importer.cpp) ----

enum class Needs : std::uint8_t {
    Computed,     // a tensor that a node computes: not a Const
    ScalarInField // a Const whose number is in int_val
};

struct Operand
{
    std::string_view op;
    int input; // counted from the end if negative
    Needs needs;
};
constexpr std::array operands{
    Operand{"Concat", 0, Needs::ScalarInField}, Operand{"ConcatV2", -1, Needs::ScalarInField},
    Operand{"Split", 0, Needs::ScalarInField},  Operand{"Split", 1, Needs::Computed},
    Operand{"ExpandDims", 0, Needs::Computed},  Operand{"ExpandDims", 1, Needs::ScalarInField},
    Operand{"Sub", 0, Needs::Computed},         Operand{"RealDiv", 0, Needs::Computed},
};

struct Fewest
{
    std::string_view op;
    std::size_t inputs;
};
constexpr std::array fewestInputs{
    Fewest{"Abs", 1},
    Fewest{"ArgMax", 2},
    Fewest{"ArgMin", 2},
    Fewest{"AvgPool", 1},
    Fewest{"AvgPool3D", 1},
    Fewest{"BatchMatMul", 2},
    Fewest{"BiasAdd", 2},
    Fewest{"BlockLSTM", 9},
    Fewest{"ClipByValue", 3},
    Fewest{"Concat", 2},
    Fewest{"ConcatV2", 2},
    Fewest{"Conv2D", 2},
    Fewest{"Conv2DBackpropInput", 3},
    Fewest{"Conv3D", 2},
    Fewest{"CropAndResize", 3},
    Fewest{"DepthwiseConv2dNative", 2},
    Fewest{"Dropout", 1},
    Fewest{"PlaceholderWithDefault", 1},
    Fewest{"Elu", 1},
    Fewest{"Exp", 1},
    Fewest{"ExpandDims", 2},
    Fewest{"Flatten", 1},
    Fewest{"FusedBatchNorm", 5},
    Fewest{"FusedBatchNormV3", 5},
    Fewest{"FusedResizeAndPadConv2D", 4},
    Fewest{"Identity", 1},
    Fewest{"L2Normalize", 2},
    Fewest{"LRN", 1},
    Fewest{"LeakyRelu", 1},
    Fewest{"MatMul", 2},
    Fewest{"Max", 2},
    Fewest{"MaxPool", 1},
    Fewest{"MaxPool3D", 1},
    Fewest{"MaxPoolGrad", 3},
    Fewest{"Mean", 2},
    Fewest{"Merge", 1},
    Fewest{"MirrorPad", 2},
    Fewest{"Mul", 2},
    Fewest{"Pack", 1},
    Fewest{"Pad", 2},
    Fewest{"PriorBox", 2},
    Fewest{"RealDiv", 2},
    Fewest{"Relu", 1},
    Fewest{"Relu6", 1},
    Fewest{"Reshape", 2},
    Fewest{"ResizeBilinear", 2},
    Fewest{"ResizeNearestNeighbor", 2},
    Fewest{"Sigmoid", 1},
    Fewest{"Slice", 3},
    Fewest{"Softmax", 1},
    Fewest{"SpaceToBatchND", 3},
    Fewest{"Split", 2},
    Fewest{"Square", 1},
    Fewest{"Squeeze", 1},
    Fewest{"StridedSlice", 4},
    Fewest{"Sub", 1},
    Fewest{"Sum", 2},
    Fewest{"Switch", 2},
    Fewest{"Tanh", 1},
    Fewest{"Transpose", 2},
};

// Constants of integers of which OpenCV reads at least `fewest` numbers.
struct Integers
{
    std::string_view op;
    std::size_t input;
    std::uint64_t fewest;
};
constexpr std::array integers{
    Integers{"SpaceToBatchND", 1, 2},      Integers{"SpaceToBatchND", 2, 4},
    Integers{"Conv2DBackpropInput", 0, 4}, Integers{"L2Normalize", 1, 1},
    Integers{"Transpose", 1, 1},           Integers{"Pad", 1, 2},
    Integers{"MirrorPad", 1, 2},
};

// For an operator that it does not know, the importer makes the layer of OpenCV with the same name,
// which then lacks the weights and inputs that it relies on.
bool isLayerOfOpenCv(std::string_view op)
{
    static const std::set<std::string_view> known{"Accum",
                                                  "Arg",
                                                  "BatchNorm",
                                                  "ChannelsPReLU",
                                                  "Compare",
                                                  "Convolution",
                                                  "Correlation",
                                                  "Crop",
                                                  "CumSum",
                                                  "DataAugmentation",
                                                  "Deconvolution",
                                                  "Dequantize",
                                                  "Eltwise",
                                                  "FlowWarp",
                                                  "GRU",
                                                  "InnerProduct",
                                                  "Interp",
                                                  "LSTM",
                                                  "MaxUnpool",
                                                  "NaryEltwise",
                                                  "Normalize",
                                                  "NormalizeBBox",
                                                  "PSROIPooling",
                                                  "Padding",
                                                  "Permute",
                                                  "Pooling",
                                                  "PriorBoxClustered",
                                                  "Proposal",
                                                  "Quantize",
                                                  "RNN",
                                                  "ROIPooling",
                                                  "Reduce",
                                                  "Region",
                                                  "Reorg",
                                                  "Requantize",
                                                  "Resize",
                                                  "Scale",
                                                  "ScatterND",
                                                  "Shift",
                                                  "ShuffleChannel"};
    return known.contains(op) || op.ends_with("Int8");
}

std::size_t dataInputs(const TensorFlowNode &node)
{
    return static_cast<std::size_t>(
        std::count_if(node.inputs.begin(), node.inputs.end(),
                      [](const std::string &input) { return !input.starts_with('^'); }));
}

class Checker
{
public:
    Checker(const TensorFlowGraph &graph, const TensorFlowGraph &weights, const std::string &file)
        : m_graph(graph)
        , m_weights(weights)
        , m_file(file)
    {
    }

    Result<void> check()
    {
        if (auto done = indexNames(); !done)
            return done;
        for (const TensorFlowNode &node : m_graph) {
            for (const auto &step : {&Checker::inputsExist, &Checker::countsFit,
                                     &Checker::operandsFit, &Checker::numbersFit}) {
                if (auto done = (this->*step)(node); !done)
                    return done;
            }
        }
        for (const TensorFlowGraph *graph : {&m_graph, &m_weights}) {
            if (auto done = constantsFit(*graph); !done)
                return done;
        }
        return endsSomewhere();
    }

private:
    Result<void> indexNames()
    {
        for (std::size_t i = 0; i < m_weights.size(); ++i)
            m_constants.emplace(m_weights[i].name, &m_weights[i]);
        for (std::size_t i = 0; i < m_graph.size(); ++i) {
            const bool named = !m_graph[i].name.empty() &&
                               m_graph[i].name.find_first_of(":^") == std::string::npos;
            if (!named)
                return refused(m_file, m_graph[i],
                               "has no name that inputs can mean; export the graph again");
            if (!m_index.emplace(m_graph[i].name, i).second)
                return refused(m_file, m_graph[i],
                               "has the name of another node; export the graph again");
            m_constants[m_graph[i].name] = &m_graph[i];
        }
        return {};
    }

    Result<void> inputsExist(const TensorFlowNode &node)
    {
        for (const std::string &input : node.inputs) {
            const auto producer = producerOf(input);
            // The constants of a text graph may be in the binary one.
            if (producer.empty() || !m_constants.contains(producer))
                return refused(m_file, node,
                               fmt::format("reads \"{}\", which no node makes; freeze the graph "
                                           "again with all that its outputs need",
                                           printable(input)));
            const auto output = outputOf(input);
            const auto made = m_constants.find(producer);
            constexpr int mostOutputs = 1000;
            if (!output || *output > mostOutputs ||
                (*output > 0 && !hasSeveralOutputs(made->second->op)))
                return refused(m_file, node,
                               fmt::format("reads \"{}\", an output that its node does not have; "
                                           "export the graph again",
                                           printable(input)));
        }
        return {};
    }

    Result<void> countsFit(const TensorFlowNode &node)
    {
        if (isLayerOfOpenCv(node.op))
            return refused(m_file, node,
                           "is no operator of TensorFlow's that can be run here; export the graph "
                           "to ONNX");
        const auto found = std::find_if(fewestInputs.begin(), fewestInputs.end(),
                                        [&node](const Fewest &one) { return one.op == node.op; });
        const std::size_t count = dataInputs(node);
        if (found != fewestInputs.end() && count < found->inputs)
            return refused(m_file, node,
                           fmt::format("has {} inputs but needs {}; export the graph again", count,
                                       found->inputs));
        return {};
    }

    const TensorFlowNode *constantBehind(const TensorFlowNode &node, std::size_t input) const
    {
        const auto producer = m_constants.find(producerOf(node.inputs[input]));
        const bool known = producer != m_constants.end() && producer->second->op == "Const";
        return known ? producer->second : nullptr;
    }

    Result<void> operandsFit(const TensorFlowNode &node)
    {
        for (const Operand &operand : operands) {
            if (operand.op != node.op)
                continue;
            const auto place =
                operand.input < 0 ? dataInputs(node) - 1 : static_cast<std::size_t>(operand.input);
            const TensorFlowNode *constant = constantBehind(node, place);
            if (operand.needs == Needs::Computed && constant)
                return refused(m_file, node,
                               fmt::format("reads the constant \"{}\", which OpenCV cannot take "
                                           "there; export the graph to ONNX",
                                           printable(constant->name)));
            if (operand.needs == Needs::ScalarInField && constant &&
                constant->constant.integers == 0)
                return refused(m_file, node,
                               fmt::format("has its axis \"{}\" in a form that OpenCV cannot read "
                                           "(tensor_content, or another type than int32); export "
                                           "the graph to ONNX",
                                           printable(constant->name)));
        }
        return {};
    }

    Result<void> numbersFit(const TensorFlowNode &node)
    {
        for (const auto *list : {&node.strides, &node.windows}) {
            const bool sane = std::all_of(list->begin(), list->end(), [](std::int64_t extent) {
                return extent >= 1 && extent <= largestExtent;
            });
            if (!sane)
                return refused(m_file, node,
                               fmt::format("has strides or a window below 1 or above {}; export "
                                           "the graph again",
                                           largestExtent));
        }
        if (std::any_of(node.dilations.begin(), node.dilations.end(),
                        [](std::int64_t dilation) { return dilation != 1; }))
            return refused(m_file, node,
                           "has dilations, which OpenCV leaves out; export the graph to ONNX");
        for (const Integers &wanted : integers) {
            if (wanted.op != node.op)
                continue;
            const TensorFlowNode *constant = constantBehind(node, wanted.input);
            if (constant && constant->constant.integerCount() < wanted.fewest)
                return refused(m_file, node,
                               fmt::format("needs {} numbers in \"{}\"; export the graph again",
                                           wanted.fewest, printable(constant->name)));
        }
        return {};
    }

    Result<void> constantsFit(const TensorFlowGraph &graph)
    {
        for (const TensorFlowNode &node : graph) {
            std::int64_t count = 1;
            for (const std::int64_t extent : node.constant.dims) {
                const bool sane = extent >= 0 && extent <= mostNumbers;
                count = sane ? count * extent : mostNumbers + 1;
                if (count > mostNumbers)
                    return refused(m_file, node,
                                   "has a shape that no tensor can have; export the graph again");
            }
            if (node.constant.dims.size() > 32)
                return refused(m_file, node, "has more than 32 dimensions; export the graph again");
        }
        return {};
    }

    // Removes nodes that wait for nothing until there are no more (Kahn's algorithm); nodes that
    // are left wait for each other in a circle.
    Result<void> endsSomewhere()
    {
        std::vector<std::size_t> waitsFor(m_graph.size(), 0);
        std::vector<std::vector<std::size_t>> readers(m_graph.size());
        for (std::size_t i = 0; i < m_graph.size(); ++i) {
            for (const std::string &input : m_graph[i].inputs) {
                const auto producer = m_index.find(producerOf(input));
                if (producer == m_index.end())
                    continue;
                ++waitsFor[i];
                readers[producer->second].push_back(i);
            }
        }
        std::vector<std::size_t> ready;
        for (std::size_t i = 0; i < m_graph.size(); ++i) {
            if (waitsFor[i] == 0)
                ready.push_back(i);
        }
        std::vector<std::size_t> order;
        while (!ready.empty()) {
            const std::size_t node = ready.back();
            ready.pop_back();
            order.push_back(node);
            for (const std::size_t reader : readers[node]) {
                if (--waitsFor[reader] == 0)
                    ready.push_back(reader);
            }
        }
        if (order.size() == m_graph.size())
            return copiesAreFew(order);
        const auto circle = std::find_if(waitsFor.begin(), waitsFor.end(),
                                         [](std::size_t count) { return count > 0; });
        return refused(m_file, m_graph[static_cast<std::size_t>(circle - waitsFor.begin())],
                       "waits for a result of its own: loops of a graph cannot be run here; export "
                       "the graph without its loop, or to ONNX");
    }

    // For each input that reads a copy, the importer walks back over all copies of copies.
    Result<void> copiesAreFew(const std::vector<std::size_t> &order)
    {
        constexpr std::size_t mostSteps = 1'000'000;
        static const std::set<std::string_view> copies{"Identity", "Dropout",
                                                       "PlaceholderWithDefault"};
        std::vector<std::size_t> behind(m_graph.size(), 0);
        std::size_t steps = 0;
        for (const std::size_t node : order) {
            for (const std::string &input : m_graph[node].inputs) {
                const auto producer = m_index.find(producerOf(input));
                const std::size_t chain = producer == m_index.end() ? 0 : behind[producer->second];
                steps += chain;
                if (copies.contains(m_graph[node].op) && &input == &m_graph[node].inputs.front())
                    behind[node] = chain + 1;
            }
            if (steps > mostSteps)
                return refused(m_file, m_graph[node],
                               "ends a long chain of copies; optimise the graph, which takes them "
                               "out, or export it to ONNX");
        }
        return {};
    }

    const TensorFlowGraph &m_graph;
    const TensorFlowGraph &m_weights;
    const std::string &m_file;
    Index m_index;
    std::map<std::string, const TensorFlowNode *, std::less<>> m_constants;
};

} // namespace

Result<void> checkTensorFlowGraph(const TensorFlowGraph &graph, const TensorFlowGraph &weights,
                                  const std::string &file)
{
    return Checker(graph, weights, file).check();
}

const TensorFlowNode *doubtfulNode(const TensorFlowGraph &graph)
{
    static const std::set<std::string_view> doubtful{
        "ArgMax",  "ExpandDims",   "LRN",   "Max",       "Mean",  "MirrorPad",
        "Pack",    "Reshape",      "Slice", "Softmax",   "Split", "SplitV",
        "Squeeze", "StridedSlice", "Sum",   "Transpose", "Unpack"};
    // OpenCV accepts any number of channels and treats them as groups of those that the weights are
    // for.
    const bool freeChannels = std::any_of(graph.begin(), graph.end(), [](const auto &node) {
        const bool picture = node.op == "Placeholder" && node.shape.size() == 4;
        return picture && (node.shape[3] < 1 || node.shape[1] < 1);
    });
    const auto found = std::find_if(graph.begin(), graph.end(), [&](const TensorFlowNode &node) {
        return doubtful.contains(node.op) || (freeChannels && node.op == "DepthwiseConv2dNative");
    });
    return found == graph.end() ? nullptr : &*found;
}

} // namespace warmbench
