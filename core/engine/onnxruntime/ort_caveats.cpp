#include "engine/onnxruntime/ort_caveats.h"

#include "engine/onnx/onnx_describe.h"
#include "engine/onnx/onnx_shape_rules.h"
#include "engine/onnx/onnx_walk.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <string_view>

namespace warmbench {

namespace {

// The element types that the file tells, by the names of tensors.
std::map<std::string, int, std::less<>> typesIn(const onnx::GraphProto &graph)
{
    std::map<std::string, int, std::less<>> types;
    for (const auto *const values : {&graph.input(), &graph.output(), &graph.value_info()}) {
        for (const auto &value : *values)
            types.emplace(value.name(), value.type().tensor_type().elem_type());
    }
    for (const auto &tensor : graph.initializer())
        types.emplace(tensor.name(), tensor.data_type());
    return types;
}

std::string_view textAttribute(const onnx::NodeProto &node, std::string_view name)
{
    for (const auto &attribute : node.attribute()) {
        if (attribute.name() == name)
            return attribute.s();
    }
    return {};
}

class Caveats
{
public:
    explicit Caveats(const onnx::GraphProto &graph)
        : m_types(typesIn(graph))
    {
    }

    // What the node does otherwise, as the end of a sentence; null if nothing is known.
    const char *of(const onnx::NodeProto &node) const
    {
        const std::string &type = node.op_type();
        if (!node.domain().empty() && node.domain() != "ai.onnx")
            return nullptr;
        if ((type == "Cast" || type == "CastLike") && writesFloats(node))
            return "writes numbers as text with other digits";
        if (type == "MaxUnpool" && node.input_size() > 2 && !node.input(2).empty())
            return "puts values elsewhere where an output shape is given";
        if (type == "Resize" && textAttribute(node, "mode") != "nearest" &&
            textAttribute(node, "coordinate_transformation_mode") == "align_corners" &&
            node.input_size() > 2 && !node.input(2).empty())
            return "takes other pixels where it makes a picture smaller by a scale with aligned "
                   "corners";
        return nullptr;
    }

private:
    int typeOf(const std::string &name) const
    {
        const auto found = m_types.find(name);
        return found == m_types.end() ? 0 : found->second;
    }
    bool writesFloats(const onnx::NodeProto &node) const
    {
        using Type = onnx::TensorProto;
        const int from = node.input().empty() ? 0 : typeOf(node.input(0));
        const auto to = node.op_type() == "Cast" ? static_cast<int>(intAttribute(node, "to", 0))
                        : node.input_size() > 1  ? typeOf(node.input(1))
                                                 : 0;
        return to == Type::STRING && (from == 0 || from == Type::FLOAT || from == Type::DOUBLE ||
                                      from == Type::FLOAT16 || from == Type::BFLOAT16);
    }

    std::map<std::string, int, std::less<>> m_types;
};

} // namespace

std::vector<std::string> ortCaveats(const OnnxFile &file, const std::string &version)
{
    const auto &model = file.model();
    const Caveats known(model.graph());
    std::vector<std::string> caveats;
    for (const auto &node : model.graph().node()) {
        if (const char *const otherwise = known.of(node))
            caveats.push_back(
                fmt::format("ONNX Runtime {} is known to answer otherwise than ONNX's "
                            "own examples in the {}: it {}.",
                            version, nodeWithOpset(model, node), otherwise));
    }
    return caveats;
}

} // namespace warmbench
