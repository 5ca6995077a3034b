#include "engine/onnx/onnx_describe.h"

#include "base/text.h"
#include "engine/onnx/onnx_random.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <limits>
#include <map>
#include <optional>
#include <set>

namespace warmbench {

namespace {

// All whole numbers up to this are exact in float32.
constexpr std::int64_t largestExact = std::int64_t(1) << 24;

class Description
{
public:
    explicit Description(onnx::ModelProto &model)
        : m_model(model)
        , m_graph(model.graph())
    {
        for (const auto &node : m_graph.node()) {
            for (const auto &output : node.output())
                m_producers.emplace(output, &node);
        }
    }

    Result<NetworkSpec> make()
    {
        describeFile();
        if (auto done = inputsAndOutputs(); !done)
            return std::move(done).error();
        findConstantOutputs();
        countParameters();
        m_spec.caveats = randomCaveats(m_model);
        return std::move(m_spec);
    }

private:
    void describeFile()
    {
        m_spec.format = ModelFormat::Onnx;
        m_spec.irVersion = m_model.ir_version();
        m_spec.opset = opsetOf(m_model, "");
        m_spec.producer = printable(m_model.producer_name());
        if (!m_model.producer_version().empty())
            m_spec.producer += ' ' + printable(m_model.producer_version(), 40);
        m_spec.graphName = printable(m_graph.name());
        m_spec.description =
            m_model.doc_string().empty() ? m_graph.doc_string() : m_model.doc_string();
        for (const auto &entry : m_model.metadata_props())
            m_spec.metadata[entry.key()] = entry.value();
        m_spec.layerCount = m_graph.node_size();
    }

    Result<void> inputsAndOutputs()
    {
        std::set<std::string> constants;
        for (const auto &tensor : m_graph.initializer())
            constants.insert(tensor.name());
        for (const auto &tensor : m_graph.sparse_initializer())
            constants.insert(tensor.values().name());
        for (const auto &input : m_graph.input()) {
            if (constants.contains(input.name()))
                continue;
            auto described = value(input, "input");
            if (!described)
                return std::move(described).error();
            m_spec.inputs.push_back(*std::move(described));
        }
        for (const auto &output : m_graph.output()) {
            auto described = value(output, "output");
            if (!described)
                return std::move(described).error();
            described->producedBy = producer(output.name());
            m_spec.outputs.push_back(*std::move(described));
        }
        return {};
    }

    // An engine that knows sequences stacks the tensors of those that it makes: [length, ...].
    static onnx::TypeProto elementsOf(const onnx::TypeProto &type, const std::string &role)
    {
        if (role != "output" || !type.sequence_type().elem_type().has_tensor_type())
            return type;
        onnx::TypeProto element = type.sequence_type().elem_type();
        element.mutable_tensor_type()->clear_shape();
        return element;
    }

    Result<TensorSpec> value(const onnx::ValueInfoProto &info, const char *role)
    {
        TensorSpec spec{.name = info.name(), .shape = {}, .producedBy = {}};
        const std::string shown = printable(info.name());
        const auto type = elementsOf(info.type(), role);
        if (type.value_case() == onnx::TypeProto::VALUE_NOT_SET)
            return untyped(std::move(spec), role);
        if (!type.has_tensor_type())
            return failedPrecondition(fmt::format(
                "The {} \"{}\" is a sequence, map or optional value, not a tensor; export the "
                "model with tensors only (scikit-learn: options={{'zipmap': False}}).",
                role, shown));
        const auto dtype = dtypeOfOnnx(type.tensor_type().elem_type());
        if (!dtype)
            return failedPrecondition(fmt::format(
                "The {} \"{}\" has the element type {}, which cannot be used here; export the "
                "model with float32.",
                role, shown, onnxTypeName(type.tensor_type().elem_type())));
        spec.dtype = *dtype;
        if (!type.tensor_type().has_shape())
            return untyped(std::move(spec), role);
        for (const auto &extent : type.tensor_type().shape().dim()) {
            // Exporters write -1 or 0 for "any".
            const bool fixed = extent.has_dim_value() && extent.dim_value() > 0;
            spec.shape.push_back(
                {fixed ? extent.dim_value() : -1, fixed ? "" : printable(extent.dim_param(), 60)});
        }
        return spec;
    }

    // Outputs often lack a shape and get one from the first run; an input or output without one
    // gets a warning.
    TensorSpec untyped(TensorSpec spec, const char *role)
    {
        m_spec.warnings.push_back(fmt::format("The {} \"{}\" declares no {}shape.", role,
                                              printable(spec.name),
                                              spec.dtype == DType::Float32 ? "type or " : ""));
        return spec;
    }

    // The operator that makes the tensor `name`; operators that only pass numbers on are skipped.
    std::string producer(const std::string &name) const
    {
        static const std::set<std::string> passing{"Identity",  "Reshape", "Flatten", "Squeeze",
                                                   "Unsqueeze", "Cast",    "Dropout"};
        std::string at = name;
        std::string type;
        for (int steps = 0; steps < 16; ++steps) {
            const auto found = m_producers.find(at);
            if (found == m_producers.end())
                break;
            type = printable(found->second->op_type(), 60);
            if (!passing.contains(type) || found->second->input().empty())
                break;
            at = found->second->input(0);
        }
        return type;
    }

    // Nodes stand in the order in which they run. What a graph within a node reads is not looked
    // at, so that its outputs count as dependent.
    void findConstantOutputs()
    {
        std::set<std::string> dependent;
        for (const TensorSpec &input : m_spec.inputs)
            dependent.insert(input.name);
        for (const auto &node : m_graph.node()) {
            const auto &inputs = node.input();
            const auto &attributes = node.attribute();
            if (std::any_of(inputs.begin(), inputs.end(),
                            [&](const auto &name) { return dependent.contains(name); }) ||
                std::any_of(attributes.begin(), attributes.end(),
                            [](const auto &one) { return one.has_g() || one.graphs_size() > 0; }))
                dependent.insert(node.output().begin(), node.output().end());
        }
        for (std::size_t i = 0; i < m_spec.outputs.size(); ++i) {
            if (!dependent.contains(m_spec.outputs[i].name))
                m_spec.constantOutputs.insert(i);
        }
    }

    void countParameters()
    {
        const auto count = [this](const onnx::TensorProto &tensor,
                                  const TensorPlace &place) -> Result<void> {
            const std::int64_t elements = checkedCount(tensor).value_or(0);
            m_spec.parameterCount += elements;
            m_spec.weightBytes += {(elements * elementBits(tensor.data_type()) + 7) / 8};
            if (const auto wide = firstInexact(tensor))
                m_spec.warnings.push_back(
                    fmt::format("The {} holds {}, which float32 cannot hold exactly; OpenCV "
                                "computes in float32.",
                                place.what, *wide));
            return {};
        };
        (void)walkOnnx(m_model, {.tensor = count, .sparse = {}, .node = {}});
    }

    // The first integer that float32 would round. The extreme values of the type are skipped: in a
    // Slice they mean "to the end" and are no data.
    static std::optional<std::int64_t> firstInexact(const onnx::TensorProto &tensor)
    {
        const auto inexact = [](std::int64_t value) {
            using Wide = std::numeric_limits<std::int64_t>;
            using Narrow = std::numeric_limits<std::int32_t>;
            const bool sentinel = value == Wide::max() || value <= Wide::min() + 1 ||
                                  value == Narrow::max() || value == Narrow::min() + 1;
            return !sentinel && (value > largestExact || value < -largestExact) &&
                   static_cast<std::int64_t>(static_cast<float>(value)) != value;
        };
        const auto scan = [&](auto unit, const std::string &raw,
                              const auto &typed) -> std::optional<std::int64_t> {
            for (std::size_t at = 0; at + sizeof(unit) <= raw.size(); at += sizeof(unit)) {
                std::memcpy(&unit, raw.data() + at, sizeof(unit));
                if (inexact(unit))
                    return unit;
            }
            const auto found = std::find_if(typed.begin(), typed.end(), inexact);
            return found == typed.end() ? std::nullopt : std::optional<std::int64_t>(*found);
        };
        if (tensor.data_type() == onnx::TensorProto::INT64)
            return scan(std::int64_t(), tensor.raw_data(), tensor.int64_data());
        if (tensor.data_type() == onnx::TensorProto::INT32)
            return scan(std::int32_t(), tensor.raw_data(), tensor.int32_data());
        return std::nullopt;
    }

    onnx::ModelProto &m_model;
    const onnx::GraphProto &m_graph;
    std::map<std::string, const onnx::NodeProto *> m_producers;
    NetworkSpec m_spec;
};

} // namespace

Result<NetworkSpec> describeOnnx(onnx::ModelProto &model)
{
    return Description(model).make();
}

std::int64_t opsetOf(const onnx::ModelProto &model, const std::string &domain)
{
    const auto canonical = [](const std::string &name) {
        return name == "ai.onnx" ? std::string() : name;
    };
    for (const auto &entry : model.opset_import()) {
        if (canonical(entry.domain()) == canonical(domain))
            return entry.version();
    }
    // Files before IR version 3 have no list of opsets and mean opset 1.
    return domain.empty() && model.opset_import().empty() ? 1 : 0;
}

std::string nodeWithOpset(const onnx::ModelProto &model, const onnx::NodeProto &node)
{
    std::string text = nodeText(node);
    if (text.ends_with(')'))
        text.pop_back();
    return fmt::format("{}, opset {})", text, opsetOf(model, node.domain()));
}

} // namespace warmbench
