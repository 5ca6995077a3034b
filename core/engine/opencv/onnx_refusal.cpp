#include "engine/opencv/onnx_refusal.h"

#include "base/text.h"
#include "engine/onnx/onnx_describe.h"
#include "engine/onnx/onnx_shape_rules.h"
#include "engine/onnx/onnx_shapes.h"
#include "engine/onnx/onnx_walk.h"
#include "engine/opencv/opencv_quiet.h"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <map>
#include <numeric>
#include <set>

namespace warmbench {

namespace {

// The highest opset whose common operators this OpenCV knows in their current form.
constexpr int friendliestOpset = 11;
// Sums with a constant cost its importer time by the square of their number: 7 s for so many.
constexpr int mostNodes = 10'000;

std::string domainOf(const onnx::NodeProto &node)
{
    return node.domain() == "ai.onnx" ? std::string() : node.domain();
}

std::string nodeWithOpset(const onnx::ModelProto &model, const onnx::NodeProto &node)
{
    std::string text = nodeText(node);
    if (text.ends_with(')'))
        text.pop_back();
    return fmt::format("{}, opset {})", text, opsetOf(model, domainOf(node)));
}

std::string nextStep(const onnx::ModelProto &model, const onnx::NodeProto &node)
{
    // Experimental operators that ONNX has removed since.
    static const std::set<std::string> removed{
        "Affine",          "ATen",       "ConstantFill", "Crop",
        "GivenTensorFill", "GRUUnit",    "ImageScaler",  "ParametricSoftplus",
        "Scale",           "ScaledTanh", "Upsample"};
    if (removed.contains(node.op_type()) && domainOf(node).empty())
        return fmt::format("{} has left ONNX since: export the model again with a current exporter "
                           "and opset {}, or run it with ONNX Runtime",
                           node.op_type(), friendliestOpset);
    if (!domainOf(node).empty())
        return fmt::format("operators of the domain {} need ONNX Runtime; export the model with "
                           "standard operators alone to run it here",
                           printable(domainOf(node)));
    if (opsetOf(model, "") > friendliestOpset)
        return fmt::format("export the model again with opset {} (PyTorch: torch.onnx.export(..., "
                           "opset_version={})), or simplify it: python3 -m onnxsim IN OUT",
                           friendliestOpset, friendliestOpset);
    return "simplify the model (python3 -m onnxsim IN OUT), replace that operator before exporting "
           "it again, or run it with ONNX Runtime";
}

std::string refusal(const onnx::ModelProto &model, const onnx::NodeProto &node,
                    const std::string &reason)
{
    return fmt::format("OpenCV {} cannot run {}: {}; {}.", openCvVersion(),
                       nodeWithOpset(model, node), reason, nextStep(model, node));
}

constexpr const char *floatStep =
    "export the model in float32 (PyTorch: model.float() before torch.onnx.export), or run it with "
    "ONNX Runtime";

const onnx::NodeProto *consumerOf(const onnx::GraphProto &graph, const std::string &name)
{
    for (const auto &node : graph.node()) {
        const auto &inputs = node.input();
        if (std::find(inputs.begin(), inputs.end(), name) != inputs.end())
            return &node;
    }
    return nullptr;
}

Error halfRefused(const onnx::ModelProto &model, const onnx::NodeProto *node,
                  const std::string &what, int type)
{
    const std::string where = node ? ", used by " + nodeWithOpset(model, *node) : std::string();
    return failedPrecondition(fmt::format("OpenCV {} cannot run the {}{}: it is {}; {}.",
                                          openCvVersion(), what, where, onnxTypeName(type),
                                          floatStep));
}

bool isHalf(int type)
{
    return type == onnx::TensorProto::FLOAT16 || type == onnx::TensorProto::BFLOAT16;
}

// An opaque message's node: OpenCV writes its layer names around the node's or output's name.
const onnx::NodeProto *nodeByLayer(const onnx::GraphProto &graph, std::string layer)
{
    if (const auto mark = layer.find('!'); mark != std::string::npos)
        layer.erase(0, mark + 1);
    for (const auto &node : graph.node()) {
        const auto &outputs = node.output();
        if (node.name() == layer ||
            std::find(outputs.begin(), outputs.end(), layer) != outputs.end())
            return &node;
    }
    return nullptr;
}

// Where tensors come from, by their names.
struct Origins
{
    std::set<std::string> constants; // initialisers, and what nodes make of nothing else
    std::set<std::string> quantised; // what QuantizeLinear makes
    std::set<std::string> wanted;    // what a node reads or the graph answers
    std::set<std::string> whole;     // integers that come of the graph's inputs
};

bool isInteger(int type)
{
    static const std::set<int> known{onnx::TensorProto::INT8,   onnx::TensorProto::INT16,
                                     onnx::TensorProto::INT32,  onnx::TensorProto::INT64,
                                     onnx::TensorProto::UINT8,  onnx::TensorProto::UINT16,
                                     onnx::TensorProto::UINT32, onnx::TensorProto::UINT64};
    return known.contains(type);
}

// Integers of the inputs stay such until a Cast or a question about shapes.
bool makesIntegers(const onnx::NodeProto &node, const std::set<std::string> &whole)
{
    static const std::set<std::string> others{"Shape", "Size", "DequantizeLinear",
                                              "Equal", "Less", "Greater"};
    // Further inputs of most operators are places and shapes.
    const bool reads = !node.input().empty() && whole.contains(node.input(0));
    if (node.op_type() == "Cast")
        return reads && isInteger(static_cast<int>(intAttribute(node, "to", 0)));
    return reads && !others.contains(node.op_type());
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

// Nodes that OpenCV 4.6 crashes on, or has nothing for, though the file may be in order.
bool isOne(const onnx::NodeProto &node, const char *attribute)
{
    const auto &all = node.attribute();
    return std::none_of(all.begin(), all.end(), [&](const auto &one) {
        return one.name() == attribute && one.f() != 1.0F;
    });
}

// The one form of Gemm that is computed as written: the others give other numbers.
bool isPlainProduct(const onnx::NodeProto &node)
{
    return intAttribute(node, "transA", 0) == 0 && intAttribute(node, "transB", 0) == 1 &&
           isOne(node, "alpha") && (node.input_size() < 3 || isOne(node, "beta"));
}

std::string textAttribute(const onnx::NodeProto &node, const char *name)
{
    for (const auto &attribute : node.attribute()) {
        if (attribute.name() == name)
            return attribute.s();
    }
    return {};
}

// Sums and products of integers with a constant, which counts as 0; their quotients are rounded.
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

// Pixels are chosen as PyTorch exports it; half pixels of one or more are shifted.
bool shiftsPixels(const onnx::NodeProto &node)
{
    const std::string mode = textAttribute(node, "mode");
    const std::string place = textAttribute(node, "coordinate_transformation_mode");
    const bool rounds = node.op_type() == "Resize" && (mode.empty() || mode == "nearest");
    return rounds && node.input_size() > 2 &&
           (place != "asymmetric" || textAttribute(node, "nearest_mode") != "floor");
}

// Of nodes whose second output or rarer form is answered with other numbers or none at all.
const char *misreads(const onnx::NodeProto &node, const Origins &origins)
{
    const std::string &type = node.op_type();
    const bool second = node.output_size() > 1 && origins.wanted.contains(node.output(1)) &&
                        !node.output(1).empty();
    if (textAttribute(node, "auto_pad") == "SAME_LOWER")
        return "it pads SAME_LOWER as if it were SAME_UPPER";
    if (type == "Dropout" && second)
        return "it makes no mask";
    if (type == "BatchNormalization" && intAttribute(node, "training_mode", 0) != 0)
        return "it goes by the running statistics in training mode too";
    if (intAttribute(node, "layout", 0) != 0)
        return "it takes sequences in layout 0 alone";
    if (shiftsPixels(node))
        return "it takes the nearest pixel by another rule than the file says";
    return mistakesIntegers(node, origins)
               ? "it computes in float32 and leaves out constant integers"
               : nullptr;
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
    // Layers without an input that is computed, which OpenCV asks for its first one.
    static const std::set<std::string> computing{"ArgMax", "ArgMin",  "BatchNormalization",
                                                 "Equal",  "Greater", "Less"};
    if (computing.contains(node.op_type()) && !node.input().empty() && !node.output().empty() &&
        origins.constants.contains(node.output(0)))
        return "all its inputs are constants";
    return misreads(node, origins);
}

std::string between(const std::string &text, const std::string &from, const std::string &to)
{
    const auto begin = text.find(from);
    if (begin == std::string::npos)
        return {};
    const auto start = begin + from.size();
    const auto end = text.find(to, start);
    return end == std::string::npos ? std::string() : text.substr(start, end - start);
}

const onnx::NodeProto *nodeOfMessage(const onnx::GraphProto &graph, const std::string &message)
{
    // "Node [Crop@ai.onnx]:(onnx_node!crop) parse error"
    const std::string named = between(message, "]:(", ") parse error");
    if (const auto *node = named.empty() ? nullptr : nodeByLayer(graph, named))
        return node;
    // "Can't create layer "onnx_node!x" of type "Foo""
    const std::string layer = between(message, "layer \"", "\"");
    if (const auto *node = layer.empty() ? nullptr : nodeByLayer(graph, layer))
        return node;
    // Any node named in the message after OpenCV's mark.
    for (const auto &node : graph.node()) {
        if (!node.name().empty() && message.find("onnx_node!" + node.name()) != std::string::npos)
            return &node;
    }
    return nullptr;
}

// The importer counts what is reduced as the file has it: a free extent as 0.
const char *reducesFree(const onnx::NodeProto &node, const Shape &from)
{
    const auto rank = std::ssize(from);
    auto axes = intsAttribute(node, "axes");
    if (axes.empty()) {
        axes.resize(from.size());
        std::iota(axes.begin(), axes.end(), 0);
    }
    const bool free = std::any_of(axes.begin(), axes.end(), [&](std::int64_t axis) {
        axis += axis < 0 ? rank : 0;
        return axis >= 0 && axis < rank && from[static_cast<std::size_t>(axis)] < 1;
    });
    return free ? "it reduces extents that the file leaves free, for which OpenCV answers no "
                  "numbers: export the model with fixed input shapes"
                : nullptr;
}

// Below opset 13 all extents from the axis on are one; OpenCV takes the axis alone. From then on
// the last axis is meant where none is said; OpenCV takes the second.
const char *flattens(const onnx::NodeProto &node, const Shape &from, bool early)
{
    const auto rank = std::ssize(from);
    const auto &attributes = node.attribute();
    const bool said = std::any_of(attributes.begin(), attributes.end(),
                                  [](const auto &one) { return one.name() == "axis"; });
    if (!early)
        return said || rank == 2 ? nullptr
                                 : "without an axis it takes the second one, not the last";
    std::int64_t axis = intAttribute(node, "axis", 1);
    axis += axis < 0 ? rank : 0;
    const bool one = axis < 0 || axis >= rank ||
                     std::all_of(from.begin() + axis + 1, from.end(),
                                 [](std::int64_t extent) { return extent == 1; });
    return one ? nullptr
               : "below opset 13 it runs over all extents from its axis on, and OpenCV over the "
                 "axis alone";
}

bool isFree(const Shape &extents)
{
    return std::any_of(extents.begin(), extents.end(), [](std::int64_t one) { return one < 1; });
}

bool isSeveral(const Shape &extents)
{
    return std::any_of(extents.begin(), extents.end(), [](std::int64_t one) { return one != 1; });
}

// OpenCV counts what pads an average in for files of PyTorch's, and only for them.
const char *averagesPads(const onnx::ModelProto &model, const onnx::NodeProto &node)
{
    const auto pads = intsAttribute(node, "pads");
    const bool counted = intAttribute(node, "count_include_pad", 0) != 0;
    const bool padded =
        std::any_of(pads.begin(), pads.end(), [](std::int64_t pad) { return pad != 0; });
    return padded && counted != (model.producer_name() == "pytorch")
               ? "it takes count_include_pad from the exporter's name, not from the file"
               : nullptr;
}

// The smaller operand belongs to the last extents; OpenCV looks for its numbers from the second
// extent on.
const char *misplaces(const Shape &large, const Shape &small)
{
    const auto count =
        std::accumulate(small.begin(), small.end(), std::int64_t(1), std::multiplies<>());
    if (isFree(small) || count == 1 || small == large || small.size() > large.size())
        return nullptr;
    const auto first = std::find_if(small.begin(), small.end(), [](auto one) { return one > 1; });
    const auto place = std::ssize(large) - std::ssize(small) + (first - small.begin());
    std::int64_t covered = 1;
    for (std::size_t i = 1; place != 1 && i < large.size(); ++i) {
        covered *= large[i];
        if (covered == count)
            return "it takes the numbers of its smaller input for those of the second extent";
    }
    return nullptr;
}

const char *misjoins(const onnx::NodeProto &node, const Shape &left, const Shape &right,
                     bool leftIsConstant)
{
    const auto count = [](const Shape &shape) {
        return std::accumulate(shape.begin(), shape.end(), std::int64_t(1), std::multiplies<>());
    };
    const bool leftIsSmaller =
        left.size() < right.size() || (left.size() == right.size() && count(left) < count(right));
    if ((leftIsSmaller || leftIsConstant) && node.op_type() == "Div" && count(left) > 1)
        return "it divides by the smaller input, or the constant one, whichever that is";
    return leftIsSmaller ? misplaces(right, left) : misplaces(left, right);
}

// Free heights and widths: the importer then puts reshapes off to the run, where it counts the
// extents of some wrongly, and a convolution behind them divides by what is not there.
class PutOff
{
public:
    PutOff(const onnx::ModelProto &model, const OnnxShapes &shapes)
    {
        std::set<std::string> constants;
        for (const auto &tensor : model.graph().initializer())
            constants.insert(tensor.name());
        for (const auto &input : model.graph().input()) {
            const auto &extents = input.type().tensor_type().shape().dim();
            for (int i = 0; i < extents.size(); ++i)
                m_active =
                    m_active || (!constants.contains(input.name()) && extents[i].dim_value() < 1 &&
                                 (i > 0 || extents.size() < 3));
        }
        m_values.resize(shapes.valueCount(), false);
    }

    // True for a convolution that reads what such a node makes.
    bool reaches(const OnnxStep &step)
    {
        static const std::set<std::string, std::less<>> putOff{"Gather", "Squeeze", "Unsqueeze"};
        const std::string &type = step.node->op_type();
        const bool convolves = type == "Conv" || type == "ConvTranspose";
        const bool reads = std::any_of(step.inputs.begin(), step.inputs.end(), [&](int value) {
            return value >= 0 && m_values[static_cast<std::size_t>(value)];
        });
        for (const int value : step.outputs) {
            if (value >= 0)
                m_values[static_cast<std::size_t>(value)] =
                    !convolves && (reads || putOff.contains(type));
        }
        return m_active && convolves && reads;
    }

private:
    bool m_active = false;
    std::vector<bool> m_values;
};

// Nodes for which OpenCV goes by other extents than a run has, and answers wrong numbers.
Result<void> findWhatOpenCvFolds(const onnx::ModelProto &model, const OnnxShapes &shapes)
{
    static const std::set<std::string, std::less<>> flattening{"Softmax", "LogSoftmax", "Hardmax"};
    static const std::set<std::string, std::less<>> joining{"Add", "Div", "Mul", "Sub"};
    const bool early = opsetOf(model, "") < 13;
    const ValueShapes extents = shapes.fixedExtents();
    const auto extentsOf = [&](const OnnxStep &step, std::size_t input) -> const Shape * {
        const int value = input < step.inputs.size() ? step.inputs[input] : -1;
        const auto at = static_cast<std::size_t>(value);
        return value >= 0 && extents[at] ? &*extents[at] : nullptr;
    };
    PutOff putOff(model, shapes);
    for (const OnnxStep &step : shapes.steps()) {
        if (putOff.reaches(step))
            return failedPrecondition(refusal(model, *step.node,
                                              "with free heights and widths it miscounts the "
                                              "extents of what comes of a Gather, Squeeze or "
                                              "Unsqueeze"));
        const Shape *from = extentsOf(step, 0);
        const Shape *with = extentsOf(step, 1);
        if (!from || !domainOf(*step.node).empty())
            continue;
        const std::string &type = step.node->op_type();
        const char *reason = nullptr;
        if (type.starts_with("Reduce"))
            reason = reducesFree(*step.node, *from);
        else if (flattening.contains(type))
            reason = flattens(*step.node, *from, early);
        else if (type == "Conv" && with && step.inputs.size() > 1 &&
                 !shapes.constant(step.inputs[1]))
            reason = isFree(*from) || isFree(*with)
                         ? "its weights are computed, and extents of theirs or its input's are free"
                         : nullptr;
        else if (type.ends_with("izeLinear") && with && isSeveral(*with))
            reason = "it takes one scale for all numbers";
        else if (type == "AveragePool")
            reason = averagesPads(model, *step.node);
        else if (with && joining.contains(type))
            reason =
                misjoins(*step.node, *from, *with, shapes.constant(step.inputs[0]).has_value());
        if (reason)
            return failedPrecondition(refusal(model, *step.node, reason));
    }
    return {};
}

// Before OpenCV is asked: float16, strings, control flow.
Result<void> findWhatOpenCvRefuses(onnx::ModelProto &model)
{
    const auto &graph = model.graph();
    if (graph.node_size() > mostNodes)
        return failedPrecondition(fmt::format(
            "OpenCV {} takes minutes to read {} nodes, and gets {} at most; simplify the model "
            "(python3 -m onnxsim IN OUT), or run it with ONNX Runtime.",
            openCvVersion(), graph.node_size(), mostNodes));
    const auto tensor = [&](const onnx::TensorProto &one,
                            const TensorPlace &place) -> Result<void> {
        const auto *node = place.node ? place.node : consumerOf(graph, one.name());
        if (isHalf(one.data_type()))
            return halfRefused(model, node, place.what, one.data_type());
        if (one.data_type() == onnx::TensorProto::STRING)
            return failedPrecondition(fmt::format(
                "OpenCV {} cannot run the {}: it holds strings; export the model without its text "
                "step, or run it with ONNX Runtime.",
                openCvVersion(), place.what));
        return {};
    };
    const Origins origins = originsIn(graph);
    const auto node = [&](const onnx::NodeProto &one) -> Result<void> {
        const char *const reason = domainOf(one).empty() ? knownFailure(one, origins) : nullptr;
        return reason ? Result<void>(failedPrecondition(refusal(model, one, reason)))
                      : Result<void>();
    };
    if (auto done = walkOnnx(model, {.tensor = tensor, .sparse = {}, .node = node}); !done)
        return done;
    const auto value = [&](const onnx::ValueInfoProto &info, const char *role) -> Result<void> {
        const int type = info.type().tensor_type().elem_type();
        const std::string what = fmt::format("{} \"{}\"", role, printable(info.name()));
        if (isHalf(type))
            return halfRefused(model, consumerOf(graph, info.name()), what, type);
        if (type == onnx::TensorProto::STRING)
            return failedPrecondition(fmt::format("OpenCV {} cannot take the {}: it holds strings; "
                                                  "run the model with ONNX Runtime.",
                                                  openCvVersion(), what));
        return {};
    };
    for (const auto &input : graph.input()) {
        if (auto done = value(input, "input"); !done)
            return done;
    }
    for (const auto &output : graph.output()) {
        if (auto done = value(output, "output"); !done)
            return done;
    }
    return {};
}

} // namespace

Result<void> checkForOpenCv(const OnnxFile &file)
{
    if (auto fine = findWhatOpenCvRefuses(file.model()); !fine)
        return fine;
    return findWhatOpenCvFolds(file.model(), *file.shapes());
}

std::string explainRefusal(const OnnxFile &file, const std::string &message)
{
    const onnx::ModelProto &model = file.model();
    // A warm-up says "failed in layer "x": reason"; the layer is named by its node below.
    const std::string late = between(message, "failed in layer \"", "\"");
    const auto colon = late.empty() ? std::string::npos : message.find("\": ", message.find(late));
    const std::string reason =
        shortReason(colon == std::string::npos ? message : message.substr(colon + 3));
    if (const auto *node = nodeOfMessage(model.graph(), message))
        return refusal(model, *node, reason);
    return fmt::format("OpenCV {} cannot run this model (opset {}): {}; export it again with opset "
                       "{}, simplify it (python3 -m onnxsim IN OUT), or run it with ONNX Runtime.",
                       openCvVersion(), opsetOf(model, ""), reason, friendliestOpset);
}

} // namespace warmbench
