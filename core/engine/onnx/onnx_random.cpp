#include "engine/onnx/onnx_random.h"

#include "engine/onnx/onnx_describe.h"
#include "engine/onnx/onnx_walk.h"

#include <fmt/format.h>
#include <set>

namespace warmbench {

namespace {

// Whether a Dropout from opset 12 on may drop anything: its third input says so, and without it
// nothing is dropped. A constant that says no is kept in `off`.
bool drops(const onnx::NodeProto &node, const std::set<std::string> &off)
{
    return node.input_size() > 2 && !node.input(2).empty() && !off.contains(node.input(2));
}

bool isFalse(const onnx::TensorProto &tensor)
{
    if (tensor.data_type() != onnx::TensorProto::BOOL)
        return false;
    return tensor.raw_data().empty()
               ? tensor.int32_data_size() == 1 && tensor.int32_data(0) == 0
               : tensor.raw_data().size() == 1 && tensor.raw_data()[0] == '\0';
}

std::set<std::string> constantsThatSayNo(const onnx::GraphProto &graph)
{
    std::set<std::string> names;
    for (const auto &tensor : graph.initializer()) {
        if (isFalse(tensor))
            names.insert(tensor.name());
    }
    for (const auto &node : graph.node()) {
        if (node.op_type() == "Constant" && node.output_size() == 1 && node.attribute_size() == 1 &&
            isFalse(node.attribute(0).t()))
            names.insert(node.output(0));
    }
    return names;
}

} // namespace

std::vector<std::string> randomCaveats(onnx::ModelProto &model)
{
    static const std::set<std::string> random{"Bernoulli",     "Multinomial",
                                              "RandomNormal",  "RandomNormalLike",
                                              "RandomUniform", "RandomUniformLike"};
    const auto off = constantsThatSayNo(model.graph());
    std::set<std::string> told;
    std::vector<std::string> caveats;
    const auto look = [&](const onnx::NodeProto &node) -> Result<void> {
        const bool draws = isStandard(node) && (random.contains(node.op_type()) ||
                                                (node.op_type() == "Dropout" && drops(node, off)));
        if (draws && told.insert(node.op_type()).second)
            caveats.push_back(
                fmt::format("The {} draws random numbers: the same input gets another "
                            "answer at each run.",
                            nodeWithOpset(model, node)));
        return {};
    };
    (void)walkOnnx(model, {.tensor = {}, .sparse = {}, .node = look});
    return caveats;
}

} // namespace warmbench
