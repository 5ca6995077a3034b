#include "engine/onnx/onnx_classes.h"

#include "engine/onnx/onnx_walk.h"

#include <algorithm>
#include <onnx/defs/tensor_proto_util.h>
#include <set>
#include <string_view>

namespace warmbench {

namespace {

constexpr const char *mlDomain = "ai.onnx.ml";

// Attributes are named alike in ZipMap and in the classifiers (Operators-ml.md).
std::vector<std::string> classLabels(const onnx::NodeProto &node)
{
    std::vector<std::string> labels;
    for (const auto &attribute : node.attribute()) {
        if (attribute.name() == "classlabels_strings")
            labels.insert(labels.end(), attribute.strings().begin(), attribute.strings().end());
        if (attribute.name() == "classlabels_int64s" || attribute.name() == "classlabels_ints") {
            for (const std::int64_t label : attribute.ints())
                labels.push_back(std::to_string(label));
        }
    }
    return labels;
}

onnx::ValueInfoProto *outputNamed(onnx::GraphProto &graph, const std::string &name)
{
    auto &outputs = *graph.mutable_output();
    const auto found = std::find_if(outputs.begin(), outputs.end(),
                                    [&](const auto &output) { return output.name() == name; });
    return found == outputs.end() ? nullptr : &*found;
}

void requireStandardOperators(onnx::ModelProto &model)
{
    const auto &all = model.opset_import();
    const bool there = std::any_of(all.begin(), all.end(), [](const auto &one) {
        return one.domain().empty() || one.domain() == "ai.onnx";
    });
    if (!there)
        model.add_opset_import()->set_version(9); // ONNX 1.4, when skl2onnx began
}

// Whether the tensor is an input of the graph that holds the scores of one sample without a batch.
bool isAlone(const onnx::GraphProto &graph, const std::string &tensor)
{
    const auto &inputs = graph.input();
    return std::any_of(inputs.begin(), inputs.end(), [&](const auto &input) {
        return input.name() == tensor && input.type().tensor_type().shape().dim_size() == 1;
    });
}

// The node then hands its input over as it is.
void makeIdentity(onnx::NodeProto &node, onnx::ValueInfoProto &output, std::size_t classes,
                  bool alone)
{
    node.set_op_type("Identity");
    node.clear_domain();
    node.clear_attribute();
    auto *tensor = output.mutable_type()->mutable_tensor_type();
    tensor->Clear();
    tensor->set_elem_type(onnx::TensorProto::FLOAT);
    if (!alone)
        tensor->mutable_shape()->add_dim();
    auto *extent = tensor->mutable_shape()->add_dim();
    if (classes > 0)
        extent->set_dim_value(static_cast<std::int64_t>(classes));
}

// The classes of a classifier whose scores the output holds; none if it is no such output. Mul is
// onnxmltools' way to pass the scores of LightGBM on.
std::vector<std::string> classifierLabels(const onnx::GraphProto &graph, std::string name)
{
    static const std::set<std::string> passing{"Identity", "Cast", "Normalizer", "Reshape", "Mul"};
    static const std::set<std::string> classifiers{"LinearClassifier", "SVMClassifier",
                                                   "TreeEnsembleClassifier"};
    for (int steps = 0; steps < 16; ++steps) {
        const auto *node = makerOf(graph, name);
        if (!node)
            break;
        if (node->domain() == mlDomain && classifiers.contains(node->op_type()))
            return node->output_size() > 1 && node->output(1) == name ? classLabels(*node)
                                                                      : std::vector<std::string>();
        if (!passing.contains(node->op_type()) || node->input().empty())
            break;
        name = node->input(0);
    }
    return {};
}

std::vector<std::string> textsOf(const onnx::TensorProto &tensor)
{
    if (tensor.data_type() == onnx::TensorProto::STRING)
        return {tensor.string_data().begin(), tensor.string_data().end()};
    std::vector<std::string> texts;
    const auto add = [&](const auto &numbers) {
        for (const auto number : numbers)
            texts.push_back(std::to_string(number));
    };
    if (tensor.data_type() == onnx::TensorProto::INT64)
        add(onnx::ParseData<std::int64_t>(&tensor));
    if (tensor.data_type() == onnx::TensorProto::INT32)
        add(onnx::ParseData<std::int32_t>(&tensor));
    return texts;
}

// Where no operator of the file holds the names (neural networks of scikit-learn, classifiers in
// float64), the label is taken from a constant list by the place of the best score. The names of
// that list, if the output is such a label.
std::vector<std::string> listedLabels(const onnx::GraphProto &graph, std::string name)
{
    static const std::set<std::string> passing{"Identity", "Cast", "Reshape"};
    for (int steps = 0; steps < 16; ++steps) {
        const auto *node = makerOf(graph, name);
        if (!node || node->input().empty())
            return {};
        name = node->input(0);
        if (node->op_type() == "ArrayFeatureExtractor")
            break;
        if (!passing.contains(node->op_type()))
            return {};
    }
    const auto &all = graph.initializer();
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const auto &tensor) { return tensor.name() == name; });
    return found == all.end() ? std::vector<std::string>() : textsOf(*found);
}

// Whether the output may hold one score for each of so many classes.
bool mayScore(const onnx::ValueInfoProto &output, std::size_t classes)
{
    const auto &type = output.type().tensor_type();
    if (type.elem_type() != onnx::TensorProto::FLOAT &&
        type.elem_type() != onnx::TensorProto::DOUBLE)
        return false;
    if (!type.has_shape())
        return true;
    if (type.shape().dim_size() != 2)
        return false;
    const auto &extent = type.shape().dim(1);
    return !extent.has_dim_value() || extent.dim_value() <= 0 ||
           static_cast<std::size_t>(extent.dim_value()) == classes;
}

std::optional<ClassNames> listedClasses(const onnx::GraphProto &graph)
{
    std::vector<std::string> names;
    for (const auto &output : graph.output()) {
        if (names.empty())
            names = listedLabels(graph, output.name());
    }
    for (int i = 0; names.size() > 1 && i < graph.output_size(); ++i) {
        if (mayScore(graph.output(i), names.size()))
            return ClassNames{static_cast<std::size_t>(i), std::move(names)};
    }
    return std::nullopt;
}

} // namespace

ClassesOfOutputs replaceMaps(onnx::ModelProto &model)
{
    ClassesOfOutputs classes;
    auto &graph = *model.mutable_graph();
    for (auto &node : *graph.mutable_node()) {
        if (node.domain() != mlDomain || node.op_type() != "ZipMap" || node.output_size() != 1)
            continue;
        auto *const output = outputNamed(graph, node.output(0));
        if (!output)
            continue;
        auto labels = classLabels(node);
        makeIdentity(node, *output, labels.size(),
                     !node.input().empty() && isAlone(graph, node.input(0)));
        requireStandardOperators(model);
        classes.emplace(output->name(), std::move(labels));
    }
    return classes;
}

std::optional<ClassNames> classNamesOf(const onnx::GraphProto &graph,
                                       const ClassesOfOutputs &replaced)
{
    for (int i = 0; i < graph.output_size(); ++i) {
        const std::string &name = graph.output(i).name();
        const auto found = replaced.find(name);
        auto names = found != replaced.end() ? found->second : classifierLabels(graph, name);
        if (names.size() > 1)
            return ClassNames{static_cast<std::size_t>(i), std::move(names)};
    }
    return listedClasses(graph);
}

} // namespace warmbench
