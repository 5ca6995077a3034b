#include "engine/opencv/onnx_refusal.h"

#include "base/text.h"
#include "engine/onnx/onnx_describe.h"
#include "engine/onnx/onnx_shape_rules.h"
#include "engine/onnx/onnx_shapes.h"
#include "engine/onnx/onnx_walk.h"
#include "engine/opencv/onnx_extent_failures.h"
#include "engine/opencv/onnx_known_failures.h"
#include "engine/opencv/onnx_older_opsets.h"
#include "engine/opencv/opencv_quiet.h"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

namespace warmbench {

namespace {

// The importer's time grows with the square of the number of sums with a constant: 7 s for so many.
constexpr int mostNodes = 10'000;

std::string domainOf(const onnx::NodeProto &node)
{
    return node.domain() == "ai.onnx" ? std::string() : node.domain();
}

// Another opset at which all nodes load; nothing if none is known.
std::optional<std::string> opsetStep(const onnx::ModelProto &model, const onnx::NodeProto &node,
                                     const Origins &origins)
{
    const auto opset = olderOpsetFor(model, node, origins);
    if (!opset)
        return std::nullopt;
    return fmt::format("export the model again with opset {0} (PyTorch: torch.onnx.export(..., "
                       "opset_version={0})), whose form of {1} it reads",
                       *opset, node.op_type());
}

std::string nextStep(const onnx::NodeProto &node, const Origins &origins)
{
    // Experimental operators that ONNX has removed.
    static const std::set<std::string> removed{
        "Affine",          "ATen",       "ConstantFill", "Crop",
        "GivenTensorFill", "GRUUnit",    "ImageScaler",  "ParametricSoftplus",
        "Scale",           "ScaledTanh", "Upsample"};
    if (removed.contains(node.op_type()) && domainOf(node).empty())
        return fmt::format("{} has left ONNX since: export the model again with a current "
                           "exporter, or run it with ONNX Runtime",
                           node.op_type());
    if (!domainOf(node).empty())
        return fmt::format("operators of the domain {} need ONNX Runtime; export the model with "
                           "standard operators alone to run it here",
                           printable(domainOf(node)));
    if (!node.output().empty() && origins.constants.contains(node.output(0)))
        return "simplify the model, which folds this node away (python3 -m onnxsim IN OUT)";
    return "replace that operator before exporting the model again, or run it with ONNX Runtime";
}

bool namesStep(std::string_view reason)
{
    return reason.find("ONNX Runtime") != std::string_view::npos;
}

// Adds the next step to a reason, unless it names one already.
std::string withStep(std::string reason, std::string_view step)
{
    while (reason.ends_with('.'))
        reason.pop_back();
    return namesStep(reason) ? reason : fmt::format("{}; {}", reason, step);
}

std::string refusal(const onnx::ModelProto &model, const onnx::NodeProto &node, std::string reason)
{
    const Origins origins = originsIn(model.graph());
    const auto opset = opsetStep(model, node, origins);
    if (opset && namesStep(reason)) // a known opset is better advice than the step in the reason
        reason.resize(std::min(reason.size(), reason.find("; ")));
    return fmt::format("OpenCV {} cannot run {}: {}.", openCvVersion(), nodeWithOpset(model, node),
                       withStep(std::move(reason), opset ? *opset : nextStep(node, origins)));
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

// ", made by node ..." or else ", used by node ...".
std::string placeOf(const onnx::ModelProto &model, const std::string &tensor)
{
    if (const auto *maker = makerOf(model.graph(), tensor))
        return ", made by " + nodeWithOpset(model, *maker);
    if (const auto *consumer = consumerOf(model.graph(), tensor))
        return ", used by " + nodeWithOpset(model, *consumer);
    return ", used by no operator";
}

Error halfRefused(const std::string &what, const std::string &place, int type)
{
    return failedPrecondition(fmt::format("OpenCV {} cannot run the {}{}: it is {}; {}.",
                                          openCvVersion(), what, place, onnxTypeName(type),
                                          floatStep));
}

bool isHalf(int type)
{
    return type == onnx::TensorProto::FLOAT16 || type == onnx::TensorProto::BFLOAT16;
}

// Finds the node of a layer: OpenCV writes its layer names around the node's or output's name.
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

std::string between(const std::string &text, const std::string &from, const std::string &to)
{
    const auto begin = text.find(from);
    if (begin == std::string::npos)
        return {};
    const auto start = begin + from.size();
    const auto end = text.find(to, start);
    return end == std::string::npos ? std::string() : text.substr(start, end - start);
}

// OpenCV's sentences advise opset 11 wherever they meet another one: whether that helps is for
// opsetStep() to say.
std::string withoutAdvice(std::string reason)
{
    constexpr std::string_view advice = ", please try to re-export the onnx model with opset 11";
    if (const auto at = reason.find(advice); at != std::string::npos)
        reason.erase(at, advice.size());
    return reason;
}

const onnx::NodeProto *nodeOfMessage(const onnx::GraphProto &graph, const std::string &message)
{
    // For example "Node [Crop@ai.onnx]:(onnx_node!crop) parse error".
    const std::string named = between(message, "]:(", ") parse error");
    if (const auto *node = named.empty() ? nullptr : nodeByLayer(graph, named))
        return node;
    // For example "Can't create layer "onnx_node!x" of type "Foo"".
    const std::string layer = between(message, "layer \"", "\"");
    if (const auto *node = layer.empty() ? nullptr : nodeByLayer(graph, layer))
        return node;
    // Else any node whose name follows OpenCV's mark in the message.
    for (const auto &node : graph.node()) {
        if (!node.name().empty() && message.find("onnx_node!" + node.name()) != std::string::npos)
            return &node;
    }
    return nullptr;
}

// Finds float16, strings and control flow before OpenCV is asked.
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
        const std::string where = place.node ? ", used by " + nodeWithOpset(model, *place.node)
                                             : placeOf(model, one.name());
        if (isHalf(one.data_type()))
            return halfRefused(place.what, where, one.data_type());
        if (one.data_type() == onnx::TensorProto::STRING)
            return failedPrecondition(fmt::format(
                "OpenCV {} cannot run the {}{}: it holds strings; export the model without its "
                "text step, or run it with ONNX Runtime.",
                openCvVersion(), place.what, where));
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
            return halfRefused(what, placeOf(model, info.name()), type);
        if (type == onnx::TensorProto::STRING)
            return failedPrecondition(fmt::format(
                "OpenCV {} cannot take the {}{}: it holds strings; run the model with ONNX "
                "Runtime.",
                openCvVersion(), what, placeOf(model, info.name())));
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
    if (const auto failure = extentFailure(file.model(), *file.shapes()))
        return failedPrecondition(refusal(file.model(), *failure->node, failure->reason));
    return {};
}

std::string explainRefusal(const OnnxFile &file, const std::string &message)
{
    const onnx::ModelProto &model = file.model();
    // The message of a warm-up is "failed in layer "x": reason"; below, the node's name replaces
    // the layer's.
    const std::string late = between(message, "failed in layer \"", "\"");
    const auto colon = late.empty() ? std::string::npos : message.find("\": ", message.find(late));
    const std::string reason = withoutAdvice(
        shortReason(colon == std::string::npos ? message : message.substr(colon + 3)));
    if (const auto *node = nodeOfMessage(model.graph(), message))
        return refusal(model, *node, reason);
    return fmt::format(
        "OpenCV {} cannot run this model ({}, opset {}): {}.", openCvVersion(),
        operatorsText(file.model()), opsetOf(model, ""),
        withStep(reason, "simplify it (python3 -m onnxsim IN OUT), or run it with ONNX Runtime"));
}

} // namespace warmbench
