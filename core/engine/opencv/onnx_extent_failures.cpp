#include "engine/opencv/onnx_extent_failures.h"

#include "engine/onnx/onnx_describe.h"
#include "engine/onnx/onnx_shape_rules.h"
#include "engine/opencv/onnx_known_failures.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <onnx/defs/tensor_proto_util.h>
#include <set>
#include <string>
#include <vector>

namespace warmbench {

namespace {

// The importer takes the extents that are reduced from the file, where a free one counts as 0.
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

// Before opset 13 the operator works on all extents from the axis on together, but OpenCV uses the
// axis alone. Since opset 13 the default is the last axis, but OpenCV uses the second.
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

// OpenCV counts the padding in an average for files made by PyTorch, and only for them.
const char *averagesPads(const onnx::ModelProto &model, const onnx::NodeProto &node)
{
    const bool automatic = textAttribute(node, "auto_pad").starts_with("SAME");
    const auto pads = intsAttribute(node, "pads");
    const bool counted = intAttribute(node, "count_include_pad", 0) != 0;
    const bool padded = automatic || std::any_of(pads.begin(), pads.end(),
                                                 [](std::int64_t pad) { return pad != 0; });
    return padded && counted != (model.producer_name() == "pytorch")
               ? "it takes count_include_pad from the exporter's name, not from the file"
               : nullptr;
}

// ONNX goes by the scales; OpenCV by the quotient of the extents, which is another number where the
// product is no whole one. Extents that are free may become such.
const char *roundsExtents(const onnx::ModelProto &model, const onnx::NodeProto &node,
                          const Shape &from)
{
    const int at = node.op_type() == "Resize" && node.input_size() > 2 ? 2 : 1;
    const std::string name = at < node.input_size() ? node.input(at) : std::string();
    const auto &all = model.graph().initializer();
    const auto scales = std::find_if(all.begin(), all.end(),
                                     [&](const auto &tensor) { return tensor.name() == name; });
    if (name.empty() || scales == all.end() || scales->data_type() != onnx::TensorProto::FLOAT)
        return nullptr;
    const auto numbers = onnx::ParseData<float>(&*scales);
    for (std::size_t i = 0; i < std::min(numbers.size(), from.size()); ++i) {
        const double extent = from[i] > 0 ? static_cast<double>(from[i]) : 1.0;
        const double product = extent * static_cast<double>(numbers[i]);
        if (std::abs(product - std::round(product)) > 1e-4 * product)
            return "it goes by the sizes, which the file's scales do not give in whole numbers";
    }
    return nullptr;
}

// ONNX aligns the smaller operand with the last extents; OpenCV aligns it from the second extent
// on.
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

// If heights and widths are free, the importer postpones reshapes to the run. It then counts the
// extents of some wrongly, and a convolution after them divides by values that do not exist.
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

    // True for a convolution that reads what a postponed node makes.
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

} // namespace

std::optional<ExtentFailure> extentFailure(const onnx::ModelProto &model, const OnnxShapes &shapes)
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
            return ExtentFailure{step.node, "with free heights and widths it miscounts the "
                                            "extents of what comes of a Gather, Squeeze or "
                                            "Unsqueeze"};
        const Shape *from = extentsOf(step, 0);
        const Shape *with = extentsOf(step, 1);
        const std::string &domain = step.node->domain();
        if (!from || !(domain.empty() || domain == "ai.onnx"))
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
        else if (type == "Resize" || type == "Upsample")
            reason = roundsExtents(model, *step.node, *from);
        else if (type == "AveragePool")
            reason = averagesPads(model, *step.node);
        else if (with && joining.contains(type))
            reason =
                misjoins(*step.node, *from, *with, shapes.constant(step.inputs[0]).has_value());
        if (reason)
            return ExtentFailure{step.node, reason};
    }
    return std::nullopt;
}

} // namespace warmbench
