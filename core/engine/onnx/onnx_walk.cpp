#include "engine/onnx/onnx_walk.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <limits>
#include <set>
#include <string_view>
#include <vector>

namespace warmbench {

namespace {

struct TypeFact
{
    std::string_view name;
    int bits;
};
// TensorProto.DataType in the order of its numbers, as of ONNX 1.17; libonnx 1.12 knows them up to
// bfloat16. A type that our tensors hold has the name of its dtype.
constexpr std::array<TypeFact, 24> typeFacts{{
    {"undefined", 0},      {"float32", 32},     {"uint8", 8},          {"int8", 8},
    {"uint16", 16},        {"int16", 16},       {"int32", 32},         {"int64", 64},
    {"string", 0},         {"bool", 8},         {"float16", 16},       {"float64", 64},
    {"uint32", 32},        {"uint64", 64},      {"complex64", 64},     {"complex128", 128},
    {"bfloat16", 16},      {"float8e4m3fn", 8}, {"float8e4m3fnuz", 8}, {"float8e5m2", 8},
    {"float8e5m2fnuz", 8}, {"uint4", 4},        {"int4", 4},           {"float4e2m1", 4},
}};

class VisitorWalk
{
public:
    explicit VisitorWalk(const OnnxVisitors &visitors)
        : m_visitors(visitors)
    {
    }

    Result<void> graph(onnx::GraphProto &graph)
    {
        for (auto &initialiser : *graph.mutable_initializer()) {
            const TensorPlace place{.what = "initialiser \"" + printable(initialiser.name()) + '"'};
            if (auto done = tensor(initialiser, place); !done)
                return done;
        }
        for (auto &initialiser : *graph.mutable_sparse_initializer()) {
            const TensorPlace place{.what = "sparse initialiser \"" +
                                            printable(initialiser.values().name()) + '"'};
            if (auto done = sparse(initialiser, place); !done)
                return done;
        }
        return nodes(*graph.mutable_node());
    }

    Result<void> nodes(google::protobuf::RepeatedPtrField<onnx::NodeProto> &list)
    {
        for (auto &node : list) {
            if (m_visitors.node) {
                if (auto done = m_visitors.node(node); !done)
                    return done;
            }
            for (auto &attribute : *node.mutable_attribute()) {
                if (auto done = this->attribute(attribute, node); !done)
                    return done;
            }
        }
        return {};
    }

private:
    Result<void> tensor(onnx::TensorProto &tensor, const TensorPlace &place)
    {
        return m_visitors.tensor ? m_visitors.tensor(tensor, place) : Result<void>();
    }

    Result<void> sparse(onnx::SparseTensorProto &sparse, TensorPlace place)
    {
        place.sparse = true;
        if (auto done = tensor(*sparse.mutable_values(), place); !done)
            return done;
        if (auto done = tensor(*sparse.mutable_indices(), place); !done)
            return done;
        return m_visitors.sparse ? m_visitors.sparse(sparse, place) : Result<void>();
    }

    Result<void> attribute(onnx::AttributeProto &attribute, const onnx::NodeProto &node)
    {
        const TensorPlace place{.what = fmt::format("attribute \"{}\" of {}",
                                                    printable(attribute.name()), nodeText(node)),
                                .node = &node};
        if (attribute.has_t()) {
            if (auto done = tensor(*attribute.mutable_t(), place); !done)
                return done;
        }
        for (auto &one : *attribute.mutable_tensors()) {
            if (auto done = tensor(one, place); !done)
                return done;
        }
        if (attribute.has_sparse_tensor()) {
            if (auto done = sparse(*attribute.mutable_sparse_tensor(), place); !done)
                return done;
        }
        for (auto &one : *attribute.mutable_sparse_tensors()) {
            if (auto done = sparse(one, place); !done)
                return done;
        }
        if (attribute.has_g()) {
            if (auto done = graph(*attribute.mutable_g()); !done)
                return done;
        }
        for (auto &one : *attribute.mutable_graphs()) {
            if (auto done = graph(one); !done)
                return done;
        }
        return {};
    }

    const OnnxVisitors &m_visitors;
};

} // namespace

Result<void> walkOnnx(onnx::ModelProto &model, const OnnxVisitors &visitors)
{
    VisitorWalk walk(visitors);
    if (auto done = walk.graph(*model.mutable_graph()); !done)
        return done;
    for (auto &function : *model.mutable_functions()) {
        if (auto done = walk.nodes(*function.mutable_node()); !done)
            return done;
    }
    return {};
}

bool anyNode(onnx::ModelProto &model, const std::function<bool(const onnx::NodeProto &)> &is)
{
    bool found = false;
    const auto node = [&](const onnx::NodeProto &one) -> Result<void> {
        found = found || is(one);
        return {};
    };
    (void)walkOnnx(model, {.tensor = {}, .sparse = {}, .node = node});
    return found;
}

bool isStandard(const onnx::NodeProto &node)
{
    return node.domain().empty() || node.domain() == "ai.onnx";
}

std::string nodeName(const onnx::NodeProto &node)
{
    if (!node.name().empty())
        return printable(node.name(), 100);
    for (const auto &output : node.output()) {
        if (!output.empty())
            return printable(output, 100);
    }
    return "?";
}

std::string operatorsText(onnx::ModelProto &model)
{
    std::set<std::string> types;
    const auto node = [&](const onnx::NodeProto &one) -> Result<void> {
        types.insert(one.op_type());
        return {};
    };
    (void)walkOnnx(model, {.tensor = {}, .sparse = {}, .node = node});
    return "operators " + joined(std::vector<std::string>(types.begin(), types.end()), 8);
}

const onnx::NodeProto *makerOf(const onnx::GraphProto &graph, const std::string &tensor)
{
    for (const auto &node : graph.node()) {
        const auto &outputs = node.output();
        if (std::find(outputs.begin(), outputs.end(), tensor) != outputs.end())
            return &node;
    }
    return nullptr;
}

std::string nodeText(const onnx::NodeProto &node)
{
    const std::string domain = isStandard(node) ? "" : printable(node.domain()) + ".";
    return fmt::format("node \"{}\" (operator {}{})", nodeName(node), domain,
                       printable(node.op_type(), 60));
}

int elementBits(int onnxType)
{
    const auto index = static_cast<std::size_t>(onnxType);
    return index < typeFacts.size() ? typeFacts[index].bits : 0;
}

std::string onnxTypeName(int onnxType)
{
    const auto index = static_cast<std::size_t>(onnxType);
    return index < typeFacts.size() ? std::string(typeFacts[index].name)
                                    : fmt::format("type {}", onnxType);
}

std::optional<DType> dtypeOfOnnx(int onnxType)
{
    if (onnxType == onnx::TensorProto::BFLOAT16)
        return DType::Float32;
    const auto found = std::find_if(allDTypes.begin(), allDTypes.end(),
                                    [&](DType dtype) { return onnxTypeOf(dtype) == onnxType; });
    return found == allDTypes.end() ? std::nullopt : std::optional(*found);
}

int onnxTypeOf(DType dtype)
{
    const auto *const found =
        std::find_if(typeFacts.begin(), typeFacts.end(),
                     [name = dtypeName(dtype)](const auto &fact) { return fact.name == name; });
    return static_cast<int>(found - typeFacts.begin());
}

std::optional<std::int64_t> checkedCount(const onnx::TensorProto &tensor)
{
    constexpr std::int64_t mostElements = std::int64_t(1) << 40;
    std::int64_t count = 1;
    bool fits = true;
    for (const std::int64_t extent : tensor.dims()) {
        // OpenCV stores extents as int.
        if (extent < 0 || extent > std::numeric_limits<int>::max())
            return std::nullopt;
        fits = fits && !__builtin_mul_overflow(count, extent, &count) && count <= mostElements;
    }
    return fits ? std::optional(count) : std::nullopt;
}

} // namespace warmbench
