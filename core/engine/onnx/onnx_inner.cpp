#include "engine/onnx/onnx_inner.h"

#include "base/text.h"
#include "engine/onnx/onnx_shapes.h"
#include "engine/onnx/onnx_types.h"
#include "engine/onnx/onnx_walk.h"

#include <algorithm>
#include <fmt/format.h>
#include <vector>

namespace warmbench {

namespace {

constexpr std::size_t mostNear = 5;

std::vector<std::string> madeBy(const onnx::GraphProto &graph)
{
    std::vector<std::string> names;
    for (const auto &node : graph.node()) {
        std::copy_if(node.output().begin(), node.output().end(), std::back_inserter(names),
                     [](const std::string &name) { return !name.empty(); });
    }
    return names;
}

// The nearest name, then those that hold the word or begin like it.
std::vector<std::string> nearNames(const std::string &word, const std::vector<std::string> &all)
{
    std::vector<std::string> near;
    if (auto best = nearest(word, all); !best.empty())
        near.push_back(std::move(best));
    const std::string wanted = lowered(word);
    for (const bool whole : {true, false}) {
        for (const std::string &name : all) {
            const std::string here = lowered(name);
            const bool fits = whole ? here.find(wanted) != std::string::npos
                                    : here.starts_with(wanted.substr(0, 3));
            if (near.size() < mostNear && fits &&
                std::find(near.begin(), near.end(), name) == near.end())
                near.push_back(name);
        }
    }
    return near;
}

bool isWeight(const onnx::GraphProto &graph, const std::string &name)
{
    const auto &dense = graph.initializer();
    const auto &sparse = graph.sparse_initializer();
    return std::any_of(dense.begin(), dense.end(),
                       [&](const auto &one) { return one.name() == name; }) ||
           std::any_of(sparse.begin(), sparse.end(),
                       [&](const auto &one) { return one.values().name() == name; });
}

Error unknown(onnx::ModelProto &model, const std::string &tensor)
{
    const std::string shown = printable(tensor, 100);
    if (isWeight(model.graph(), tensor))
        return notFound(fmt::format("\"{}\" is a weight, which no run computes: ask for its "
                                    "numbers without an input.",
                                    shown));
    for (const auto &node : model.graph().node()) {
        if (node.name() == tensor && node.output_size() > 0)
            return notFound(fmt::format(
                "\"{}\" is a node; ask for a tensor that it makes: {}.", shown,
                joined(std::vector<std::string>(node.output().begin(), node.output().end()), 8)));
    }
    const bool within = anyNode(model, [&](const onnx::NodeProto &node) {
        const auto &made = node.output();
        return std::find(made.begin(), made.end(), tensor) != made.end();
    });
    if (within)
        return notFound(fmt::format("\"{}\" is made in a graph within a node (If, Loop, Scan) or "
                                    "in a function, and cannot be read from outside; ask for an "
                                    "output of that node.",
                                    shown));
    const auto all = madeBy(model.graph());
    const auto near = nearNames(tensor, all);
    return notFound(fmt::format("The network makes no tensor \"{}\"; {} {}.", shown,
                                near.empty()       ? "it makes"
                                : near.size() == 1 ? "a near name is"
                                                   : "near names are",
                                joined(near.empty() ? all : near, 8)));
}

// Type and shape, as far as they follow from those of the inputs. OpenCV takes no output without a
// shape.
onnx::TypeProto inferredType(const onnx::ModelProto &model, const std::string &tensor)
{
    const auto shapes = OnnxShapes::of(model);
    if (!shapes)
        return {};
    auto types = (*shapes)->typesFor({});
    for (const OnnxStep &step : (*shapes)->steps()) {
        const auto &made = step.node->output();
        const auto found = std::find(made.begin(), made.end(), tensor);
        if (found == made.end())
            continue;
        const auto value = step.outputs[static_cast<std::size_t>(found - made.begin())];
        auto &type = types[static_cast<std::size_t>(value)];
        if (!type.has_tensor_type() || type.tensor_type().elem_type() == 0)
            return {};
        if (!type.tensor_type().has_shape())
            return type;
        for (auto &extent : *type.mutable_tensor_type()->mutable_shape()->mutable_dim()) {
            if (extent.has_dim_value() && extent.dim_value() < 1)
                extent.clear_dim_value();
        }
        return type;
    }
    return {};
}

// The type that the file or the operators tell; where neither does, the engine finds it.
onnx::TypeProto toldType(onnx::ModelProto &model, const std::string &tensor)
{
    const auto &graph = model.graph();
    const auto &told = graph.value_info();
    const auto declared = std::find_if(told.begin(), told.end(),
                                       [&](const auto &one) { return one.name() == tensor; });
    if (declared != told.end() && declared->has_type() && !declared->type().has_tensor_type())
        return declared->type();
    int element = 0;
    walkTypedNodes(model, [&](const TypedNodes &typed) {
        if (typed.graph == &graph)
            element = typed.types.of(tensor);
    });
    onnx::TypeProto type;
    if (element != 0)
        type.mutable_tensor_type()->set_elem_type(element);
    return type;
}

} // namespace

Result<void> addInnerOutput(onnx::ModelProto &model, const std::string &tensor)
{
    auto &graph = *model.mutable_graph();
    for (const auto &output : graph.output()) {
        if (output.name() == tensor)
            return failedPrecondition(
                fmt::format("\"{}\" is an output of the network already; predict gives it.",
                            printable(tensor, 100)));
    }
    if (tensor.empty() || !makerOf(graph, tensor))
        return unknown(model, tensor);
    onnx::ValueInfoProto added;
    added.set_name(tensor);
    auto type = inferredType(model, tensor);
    if (type.value_case() == onnx::TypeProto::VALUE_NOT_SET)
        type = toldType(model, tensor);
    if (type.value_case() != onnx::TypeProto::VALUE_NOT_SET)
        *added.mutable_type() = std::move(type);
    *graph.add_output() = std::move(added);
    return {};
}

} // namespace warmbench
