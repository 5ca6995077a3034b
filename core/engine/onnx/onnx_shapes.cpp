#include "engine/onnx/onnx_shapes.h"

#include "base/text.h"
#include "engine/onnx/onnx_describe.h"
#include "engine/onnx/onnx_folding.h"
#include "engine/onnx/onnx_schema.h"
#include "engine/onnx/onnx_walk.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <set>

namespace warmbench {

namespace {

std::optional<Shape> shapeOf(const onnx::TypeProto &type)
{
    if (!type.has_tensor_type() || !type.tensor_type().has_shape())
        return std::nullopt;
    Shape shape;
    for (const auto &extent : type.tensor_type().shape().dim()) {
        if (!extent.has_dim_value())
            return std::nullopt;
        shape.push_back(extent.dim_value());
    }
    return shape;
}

onnx::TypeProto typeOf(int elementType, std::span<const std::int64_t> shape)
{
    onnx::TypeProto type;
    type.mutable_tensor_type()->set_elem_type(elementType);
    auto *extents = type.mutable_tensor_type()->mutable_shape();
    for (const std::int64_t extent : shape)
        extents->add_dim()->set_dim_value(extent);
    return type;
}

bool isWhole(const onnx::TypeProto &type)
{
    const int element = type.tensor_type().elem_type();
    return element != onnx::TensorProto::FLOAT && element != onnx::TensorProto::DOUBLE;
}

// Whether a tensor of data may have these extents: each must be at least 1, and their product not
// too large.
bool possible(const Shape &shape)
{
    constexpr std::int64_t mostElements = std::int64_t(1) << 40;
    std::int64_t count = 1;
    for (const std::int64_t extent : shape) {
        if (extent < 1 || __builtin_mul_overflow(count, extent, &count) || count > mostElements)
            return false;
    }
    return true;
}

// Whether the operator only rearranges the elements of its input.
bool keepsElements(const std::string &type)
{
    static const std::set<std::string, std::less<>> known{"Reshape",   "Flatten",  "Squeeze",
                                                          "Unsqueeze", "Identity", "Transpose"};
    return known.contains(type);
}

std::string reasonOf(const std::string &libraryMessage)
{
    // The message is "[ShapeInferenceError] Incompatible dimensions ...", followed by context
    // lines.
    std::string_view text = libraryMessage;
    text = text.substr(0, text.find('\n'));
    if (const auto mark = text.find("] "); text.starts_with('[') && mark != text.npos)
        text.remove_prefix(mark + 2);
    while (text.ends_with('.') || text.ends_with(' '))
        text.remove_suffix(1);
    return printable(text, 160);
}

onnx::TensorProto withoutData(const onnx::TensorProto &tensor)
{
    onnx::TensorProto kept;
    kept.set_name(tensor.name());
    kept.set_data_type(tensor.data_type());
    *kept.mutable_dims() = tensor.dims();
    return kept;
}

// A copy of the node with its small attributes only: no weights, no subgraphs.
onnx::NodeProto withoutWeights(const onnx::NodeProto &node)
{
    onnx::NodeProto kept;
    kept.set_name(node.name());
    kept.set_op_type(node.op_type());
    kept.set_domain(node.domain());
    *kept.mutable_input() = node.input();
    *kept.mutable_output() = node.output();
    for (const auto &attribute : node.attribute()) {
        onnx::AttributeProto &copy = *kept.add_attribute();
        copy.set_name(attribute.name());
        copy.set_type(attribute.type());
        if (attribute.has_t())
            *copy.mutable_t() =
                numbersOf(attribute.t()) ? attribute.t() : withoutData(attribute.t());
        else if (!attribute.has_g() && attribute.graphs().empty() && attribute.tensors().empty() &&
                 !attribute.has_sparse_tensor())
            copy = attribute;
    }
    return kept;
}

// True if libonnx knows the operator in the version of ONNX that the file uses.
bool isCurrent(const onnx::ModelProto &model, const onnx::NodeProto &node)
{
    const auto &versions = onnx::OpSchemaRegistry::DomainToVersionRange::Instance().Map();
    const auto standard = versions.find(onnx::ONNX_DOMAIN);
    return isStandard(node) && standard != versions.end() &&
           opsetOf(model, "") <= standard->second.second;
}

// Answers the questions that libonnx asks about a node.
class NodeContext final : public onnx::InferenceContext
{
public:
    NodeContext(const OnnxStep &step, std::vector<onnx::TypeProto> &types,
                std::vector<const onnx::TensorProto *> data)
        : m_step(step)
        , m_types(types)
        , m_data(std::move(data))
        , m_outputs(step.outputs.size())
    {
    }

    const onnx::AttributeProto *getAttribute(const std::string &name) const override
    {
        for (const auto &attribute : m_step.node->attribute()) {
            if (attribute.name() == name)
                return &attribute;
        }
        return nullptr;
    }
    std::size_t getNumInputs() const override { return m_step.inputs.size(); }
    const onnx::TypeProto *getInputType(std::size_t index) const override
    {
        const int value = index < m_step.inputs.size() ? m_step.inputs[index] : -1;
        if (value < 0)
            return nullptr;
        const auto &type = m_types[static_cast<std::size_t>(value)];
        return type.value_case() == onnx::TypeProto::VALUE_NOT_SET ? nullptr : &type;
    }
    const onnx::TensorProto *getInputData(std::size_t index) const override
    {
        return index < m_data.size() ? m_data[index] : nullptr;
    }
    std::size_t getNumOutputs() const override { return m_outputs.size(); }
    onnx::TypeProto *getOutputType(std::size_t index) override { return &m_outputs.at(index); }
    onnx::GraphInferencer *getGraphAttributeInferencer(const std::string &) override
    {
        return nullptr;
    }
    const onnx::SparseTensorProto *getInputSparseData(std::size_t) const override
    {
        return nullptr;
    }
    const onnx::TensorShapeProto *getSymbolicInput(std::size_t) const override { return nullptr; }

    std::vector<onnx::TypeProto> &outputs() { return m_outputs; }

private:
    const OnnxStep &m_step;
    const std::vector<onnx::TypeProto> &m_types;
    const std::vector<const onnx::TensorProto *> m_data;
    std::vector<onnx::TypeProto> m_outputs;
};

} // namespace

// ---- one inference

class OnnxShapes::Inference
{
public:
    Inference(const OnnxShapes &graph, std::span<const Shape> inputs)
        : m_graph(graph)
        , m_types(graph.m_types)
        , m_shapes(m_types.size())
        , m_numbers(graph.m_numbers)
        , m_chosen(m_types.size(), false)
    {
        for (std::size_t i = 0; i < graph.m_inputs.size() && i < inputs.size(); ++i) {
            const auto value = static_cast<std::size_t>(graph.m_inputs[i]);
            m_types[value] = typeOf(m_types[value].tensor_type().elem_type(), inputs[i]);
            m_chosen[value] = graph.m_free[i];
        }
        for (std::size_t i = 0; i < m_types.size(); ++i)
            m_shapes[i] = shapeOf(m_types[i]);
    }

    Result<ValueShapes> run()
    {
        for (const OnnxStep &step : m_graph.m_steps) {
            if (auto done = infer(step); !done)
                return std::move(done).error();
        }
        return std::move(m_shapes);
    }
    // Goes on after a node that fails, as if nothing was said of what it makes.
    void runAll()
    {
        for (const OnnxStep &step : m_graph.m_steps) {
            if (infer(step))
                continue;
            for (const int value : step.outputs) {
                if (value < 0)
                    continue;
                m_types[static_cast<std::size_t>(value)].Clear();
                m_shapes[static_cast<std::size_t>(value)].reset();
                m_numbers[static_cast<std::size_t>(value)].reset();
            }
        }
    }
    const std::vector<onnx::TypeProto> &types() const { return m_types; }

private:
    // Whether the shapes of the node's inputs depend on what a client chooses.
    bool chosen(const OnnxStep &step) const
    {
        return std::any_of(step.inputs.begin(), step.inputs.end(), [this](int value) {
            return value >= 0 && m_chosen[static_cast<std::size_t>(value)];
        });
    }

    Result<void> infer(const OnnxStep &step)
    {
        const bool free = chosen(step);
        if (free && !step.rule)
            return untold(step, "it is not known which shapes it takes");
        if (step.rule) {
            if (const auto wrong = step.rule(shapesOf(step)))
                return misfit(step, free, *wrong);
        }
        const auto wrong = fill(step, free);
        if (wrong && (free || step.current))
            return misfit(step, free, *wrong);
        return takeOver(step, free);
    }

    NodeShapes shapesOf(const OnnxStep &step) const
    {
        NodeShapes shapes{.node = *step.node, .inputs = {}, .numbers = {}};
        for (const int value : step.inputs) {
            const auto at = static_cast<std::size_t>(value);
            const bool known = value >= 0;
            shapes.inputs.push_back(known && m_shapes[at] ? &*m_shapes[at] : nullptr);
            shapes.numbers.push_back(known && m_numbers[at] ? &*m_numbers[at] : nullptr);
        }
        return shapes;
    }

    bool knownTypes(const OnnxStep &step) const
    {
        return std::all_of(step.inputs.begin(), step.inputs.end(), [this](int value) {
            return value < 0 || m_types[static_cast<std::size_t>(value)].value_case() !=
                                    onnx::TypeProto::VALUE_NOT_SET;
        });
    }

    // Finds the types of the outputs with libonnx and their numbers by folding. Returns libonnx's
    // complaint, if it has one.
    std::optional<std::string> fill(const OnnxStep &step, bool free)
    {
        std::vector<onnx::TensorProto> made;
        made.reserve(step.inputs.size());
        std::vector<const onnx::TensorProto *> data;
        std::vector<FoldedInput> folded;
        for (const int value : step.inputs) {
            data.push_back(value < 0 ? nullptr : dataOf(value, made));
            const auto at = static_cast<std::size_t>(value);
            folded.push_back(value < 0 ? FoldedInput{}
                                       : FoldedInput{m_numbers[at] ? &*m_numbers[at] : nullptr,
                                                     m_shapes[at] ? &*m_shapes[at] : nullptr});
        }
        NodeContext context(step, m_types, std::move(data));
        std::optional<std::string> wrong;
        try {
            // libonnx treats an unknown type as an error.
            if (step.infer && knownTypes(step))
                step.infer(context);
        } catch (const std::exception &error) {
            wrong = reasonOf(error.what());
            context.outputs().assign(step.outputs.size(), {});
        }
        for (std::size_t i = 0; i < step.outputs.size(); ++i) {
            const auto at = static_cast<std::size_t>(step.outputs[i]);
            auto &told = context.outputs()[i];
            // If libonnx finds no shape, the declared one is kept, unless it depends on what a
            // client chose.
            if (step.outputs[i] >= 0 && (free || shapeOf(told) || !shapeOf(m_types[at])))
                m_types[at] = std::move(told);
        }
        if (!wrong)
            fold(step, folded);
        return wrong;
    }

    const onnx::TensorProto *dataOf(int value, std::vector<onnx::TensorProto> &made) const
    {
        const auto at = static_cast<std::size_t>(value);
        if (!m_numbers[at] || !m_shapes[at])
            return nullptr;
        if (const auto constant = m_graph.m_constants.find(value);
            constant != m_graph.m_constants.end())
            return &constant->second;
        made.push_back(
            tensorOf(*m_numbers[at], m_types[at].tensor_type().elem_type(), *m_shapes[at]));
        return &made.back();
    }

    void fold(const OnnxStep &step, std::span<const FoldedInput> inputs)
    {
        if (step.outputs.size() != 1 || step.outputs[0] < 0)
            return;
        const auto at = static_cast<std::size_t>(step.outputs[0]);
        auto numbers = foldNode(*step.node, inputs);
        const auto shape = shapeOf(m_types[at]);
        if (!numbers || !shape || !elementCount(*shape) || *elementCount(*shape) != numbers->size())
            return;
        if (isWhole(m_types[at]))
            std::transform(numbers->begin(), numbers->end(), numbers->begin(),
                           [](double number) { return std::trunc(number); });
        m_numbers[at] = std::move(numbers);
    }

    Result<void> takeOver(const OnnxStep &step, bool free)
    {
        for (const int value : step.outputs) {
            if (value < 0)
                continue;
            const auto at = static_cast<std::size_t>(value);
            m_shapes[at] = shapeOf(m_types[at]);
            m_chosen[at] = free;
            if (free && !m_shapes[at])
                return untold(step, "the shape of what it makes cannot be told");
            // Arithmetic on shapes may make an empty list, but a tensor of data must not be empty.
            if (m_shapes[at] && !possible(*m_shapes[at]) && (free || !m_numbers[at]))
                return misfit(step, free,
                              fmt::format("it would make a tensor of shape {}",
                                          shapeText(std::span<const std::int64_t>(*m_shapes[at]))));
        }
        return keepsElements(step.node->op_type()) ? sameCount(step, free) : Result<void>();
    }

    Result<void> sameCount(const OnnxStep &step, bool free) const
    {
        const auto shapeAt = [this](const std::vector<int> &values) -> const Shape * {
            const auto at = static_cast<std::size_t>(values.empty() ? -1 : values[0]);
            return at < m_shapes.size() && m_shapes[at] ? &*m_shapes[at] : nullptr;
        };
        const Shape *from = shapeAt(step.inputs);
        const Shape *to = shapeAt(step.outputs);
        if (!from || !to)
            return {};
        const auto given = elementCount(*from);
        const auto made = elementCount(*to);
        if (given && made && *given == *made)
            return {};
        return misfit(step, free,
                      fmt::format("it cannot give them the shape {}",
                                  shapeText(std::span<const std::int64_t>(*to))));
    }

    // `"a" [3, 4] and "b" [5, 2]`: the inputs of the node whose shapes are known.
    std::string inputsText(const OnnxStep &step) const
    {
        std::vector<std::string> parts;
        for (const int value : step.inputs) {
            const auto at = static_cast<std::size_t>(value);
            if (value >= 0 && m_shapes[at])
                parts.push_back(
                    fmt::format("\"{}\" {}", printable(m_graph.m_names[at], 60),
                                shapeText(std::span<const std::int64_t>(*m_shapes[at]))));
        }
        return joined(parts);
    }

    Error misfit(const OnnxStep &step, bool free, const std::string &reason) const
    {
        if (free)
            return invalidArgument(
                fmt::format("The {} cannot take {} that come of the shapes sent: {}; send shapes "
                            "that fit.",
                            nodeText(*step.node), inputsText(step), reason));
        return failedPrecondition(
            fmt::format("The {} cannot take {}: {}; the file is damaged or was made wrongly: "
                        "export it again.",
                        nodeText(*step.node), inputsText(step), reason));
    }

    Error untold(const OnnxStep &step, const char *why) const
    {
        return invalidArgument(fmt::format(
            "The {} takes {} only in shapes that the file fixes: {}; export the model with fixed "
            "input shapes.",
            nodeText(*step.node), inputsText(step), why));
    }

    const OnnxShapes &m_graph;
    std::vector<onnx::TypeProto> m_types;
    ValueShapes m_shapes;
    std::vector<std::optional<KnownNumbers>> m_numbers;
    std::vector<bool> m_chosen; // values that depend on extents that the client chooses
};

// ---- the graph

int OnnxShapes::valueOf(const std::string &name)
{
    const auto [found, fresh] = m_values.emplace(name, static_cast<int>(m_names.size()));
    if (fresh) {
        m_names.push_back(name);
        m_types.emplace_back();
        m_numbers.emplace_back();
    }
    return found->second;
}

void OnnxShapes::addConstant(const onnx::TensorProto &tensor)
{
    const int value = valueOf(tensor.name());
    const Shape shape(tensor.dims().begin(), tensor.dims().end());
    m_types[static_cast<std::size_t>(value)] = typeOf(tensor.data_type(), shape);
    auto numbers = numbersOf(tensor);
    m_constants[value] = numbers ? tensor : withoutData(tensor);
    m_numbers[static_cast<std::size_t>(value)] = std::move(numbers);
}

std::optional<OnnxShapes::Constant> OnnxShapes::constant(int value) const
{
    const auto found = m_constants.find(value);
    if (found == m_constants.end())
        return std::nullopt;
    return Constant{checkedCount(found->second).value_or(0), found->second.data_type()};
}

Result<void> OnnxShapes::read(const onnx::ModelProto &model)
{
    const auto &graph = model.graph();
    for (const auto &tensor : graph.initializer())
        addConstant(tensor);
    for (const auto &sparse : graph.sparse_initializer()) {
        const int value = valueOf(sparse.values().name());
        const Shape shape(sparse.dims().begin(), sparse.dims().end());
        m_types[static_cast<std::size_t>(value)] = typeOf(sparse.values().data_type(), shape);
    }
    const auto constants = static_cast<int>(m_names.size());
    for (const auto &input : graph.input()) {
        const int value = valueOf(input.name());
        if (value < constants)
            continue;
        m_types[static_cast<std::size_t>(value)] = input.type();
        m_inputs.push_back(value);
        m_free.push_back(!shapeOf(input.type()) || !possible(*shapeOf(input.type())));
    }
    if (auto done = addSteps(model); !done)
        return done;
    for (const auto &output : graph.output()) {
        const auto found = m_values.find(output.name());
        if (found == m_values.end())
            return failedPrecondition(
                fmt::format("The output \"{}\" is made by no node; the file is damaged or was cut: "
                            "export it again.",
                            printable(output.name(), 100)));
        m_outputs.push_back(found->second);
    }
    // A declared shape is used if it fixes every extent.
    for (const auto *declared : {&graph.value_info(), &graph.output()}) {
        for (const auto &value : *declared) {
            const auto found = m_values.find(value.name());
            if (found == m_values.end())
                continue;
            auto &type = m_types[static_cast<std::size_t>(found->second)];
            if (type.value_case() == onnx::TypeProto::VALUE_NOT_SET && shapeOf(value.type()))
                type = value.type();
        }
    }
    return {};
}

Result<void> OnnxShapes::addSteps(const onnx::ModelProto &model)
{
    for (const auto &node : model.graph().node())
        *m_graph.add_node() = withoutWeights(node);
    for (const auto &node : m_graph.node()) {
        OnnxStep step;
        step.node = &node;
        if (auto done = connect(step); !done)
            return done;
        step.rule = shapeRuleOf(node);
        const auto *schema = schemaOf(model, node);
        if (!schema) {
            step.rule = nullptr;
        } else if (schema->has_type_and_shape_inference_function()) {
            step.infer = schema->GetTypeAndShapeInferenceFunction();
            step.current = isCurrent(model, node);
        }
        m_steps.push_back(std::move(step));
    }
    return {};
}

Result<void> OnnxShapes::connect(OnnxStep &step)
{
    for (const auto &input : step.node->input()) {
        const auto found = m_values.find(input);
        if (!input.empty() && found == m_values.end())
            return failedPrecondition(fmt::format(
                "The {} reads \"{}\", which no node before it makes; the file is damaged, or its "
                "nodes are in the wrong order: export it again.",
                nodeText(*step.node), printable(input, 100)));
        step.inputs.push_back(input.empty() ? -1 : found->second);
    }
    for (const auto &output : step.node->output()) {
        if (!output.empty() && m_values.contains(output))
            return failedPrecondition(
                fmt::format("The {} makes \"{}\", which the graph has already; the file is "
                            "damaged: export it again.",
                            nodeText(*step.node), printable(output, 100)));
        step.outputs.push_back(output.empty() ? -1 : valueOf(output));
    }
    return {};
}

Result<std::shared_ptr<const OnnxShapes>> OnnxShapes::of(const onnx::ModelProto &model)
{
    auto shapes = std::shared_ptr<OnnxShapes>(new OnnxShapes);
    if (auto done = shapes->read(model); !done)
        return std::move(done).error();
    return std::shared_ptr<const OnnxShapes>(std::move(shapes));
}

Result<ValueShapes> OnnxShapes::infer(std::span<const Shape> inputs) const
{
    if (inputs.size() != m_inputs.size())
        return invalidArgument(fmt::format("The network takes {} inputs, but {} came.",
                                           m_inputs.size(), inputs.size()));
    return Inference(*this, inputs).run();
}

Result<void> OnnxShapes::check() const
{
    const auto shapes = Inference(*this, {}).run();
    return shapes ? Result<void>() : shapes.error();
}

ValueShapes OnnxShapes::fixedExtents() const
{
    Inference inference(*this, {});
    (void)inference.run(); // if a node does not fit, what was found before it is kept
    ValueShapes all;
    for (const onnx::TypeProto &type : inference.types()) {
        auto &extents = all.emplace_back();
        if (!type.has_tensor_type() || !type.tensor_type().has_shape())
            continue;
        extents.emplace();
        for (const auto &extent : type.tensor_type().shape().dim())
            extents->push_back(extent.dim_value() > 0 ? extent.dim_value() : -1);
    }
    return all;
}

std::vector<onnx::TypeProto> OnnxShapes::typesFor(std::span<const Shape> inputs) const
{
    Inference inference(*this, inputs);
    inference.runAll();
    return inference.types();
}

bool OnnxShapes::knowsAllOperators() const
{
    return std::all_of(m_steps.begin(), m_steps.end(),
                       [](const OnnxStep &step) { return step.rule && step.infer; });
}

} // namespace warmbench
