#include "engine/onnxruntime/ort_caveats.h"

#include "engine/onnx/onnx_describe.h"
#include "engine/onnx/onnx_shape_rules.h"
#include "engine/onnx/onnx_types.h"
#include "engine/onnx/onnx_walk.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <string_view>

namespace warmbench {

namespace {

std::string_view textAttribute(const onnx::NodeProto &node, std::string_view name)
{
    for (const auto &attribute : node.attribute()) {
        if (attribute.name() == name)
            return attribute.s();
    }
    return {};
}

// Whether the operator is one of those that of() knows.
bool mayHave(const onnx::NodeProto &node)
{
    static const std::set<std::string, std::less<>> known{"Cast", "CastLike", "MaxUnpool",
                                                          "Resize"};
    return isStandard(node) && known.contains(node.op_type());
}

bool takesNearest(const onnx::NodeProto &resize)
{
    const auto mode = textAttribute(resize, "mode");
    return mode.empty() || mode == "nearest"; // the default
}

class Caveats
{
public:
    explicit Caveats(const OnnxTypes &types)
        : m_types(types)
    {
    }

    // What the node does otherwise, as the end of a sentence; null if nothing is known.
    const char *of(const onnx::NodeProto &node) const
    {
        const std::string &type = node.op_type();
        if (!mayHave(node))
            return nullptr;
        if ((type == "Cast" || type == "CastLike") && writesFloats(node))
            return "writes numbers as text with other digits";
        if (type == "MaxUnpool" && node.input_size() > 2 && !node.input(2).empty())
            return "puts values elsewhere where an output shape is given";
        if (type == "Resize" && !takesNearest(node) &&
            textAttribute(node, "coordinate_transformation_mode") == "align_corners" &&
            node.input_size() > 2 && !node.input(2).empty())
            return "takes other pixels where it makes a picture smaller by a scale with aligned "
                   "corners";
        return nullptr;
    }

private:
    bool writesFloats(const onnx::NodeProto &node) const
    {
        using Type = onnx::TensorProto;
        const int from = node.input().empty() ? 0 : m_types.of(node.input(0));
        const auto to = node.op_type() == "Cast" ? static_cast<int>(intAttribute(node, "to", 0))
                        : node.input_size() > 1  ? m_types.of(node.input(1))
                                                 : 0;
        return to == Type::STRING && (from == 0 || from == Type::FLOAT || from == Type::DOUBLE ||
                                      from == Type::FLOAT16 || from == Type::BFLOAT16);
    }

    const OnnxTypes &m_types;
};

} // namespace

std::vector<std::string> ortCaveats(const OnnxFile &file, const std::string &version)
{
    auto &model = file.model();
    std::vector<std::string> caveats;
    if (!anyNode(model, mayHave))
        return caveats;
    walkTypedNodes(model, [&](const TypedNodes &typed) {
        const Caveats known(typed.types);
        for (const auto &node : typed.nodes) {
            if (const char *const otherwise = known.of(node))
                caveats.push_back(
                    fmt::format("ONNX Runtime {} is known to answer otherwise than ONNX's own "
                                "examples in the {}: it {}.",
                                version, nodeWithOpset(model, node), otherwise));
        }
    });
    return caveats;
}

} // namespace warmbench
