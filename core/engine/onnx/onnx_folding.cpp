#include "engine/onnx/onnx_folding.h"

#include "engine/onnx/onnx_shape_rules.h"
#include "engine/onnx/onnx_walk.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <map>
#include <numeric>
#include <string_view>

namespace warmbench {

namespace {

using Type = onnx::TensorProto;
using Inputs = std::span<const FoldedInput>;
using Folded = std::optional<KnownNumbers>;

constexpr double largestWhole = 9007199254740992.0; // 2^53

bool isWholeType(int onnxType)
{
    return onnxType != Type::FLOAT && onnxType != Type::DOUBLE;
}

const KnownNumbers *numbersAt(Inputs inputs, std::size_t index)
{
    return index < inputs.size() ? inputs[index].numbers : nullptr;
}

// An index as a position within `extent`; a negative index counts from the end.
std::optional<std::size_t> position(double index, std::size_t extent)
{
    const double from = index < 0 ? index + static_cast<double>(extent) : index;
    if (!(from >= 0 && from < static_cast<double>(extent)))
        return std::nullopt;
    return static_cast<std::size_t>(from);
}

Folded shape(const onnx::NodeProto &node, Inputs inputs)
{
    if (inputs.empty() || !inputs[0].shape)
        return std::nullopt;
    const auto rank = std::ssize(*inputs[0].shape);
    const auto bound = [&](const char *name, std::int64_t fallback) {
        const std::int64_t at = intAttribute(node, name, fallback);
        return std::clamp<std::int64_t>(at < 0 ? at + rank : at, 0, rank);
    };
    const std::int64_t from = bound("start", 0);
    const std::int64_t to = std::max(from, bound("end", rank));
    return KnownNumbers(inputs[0].shape->begin() + from, inputs[0].shape->begin() + to);
}

Folded size(const onnx::NodeProto &, Inputs inputs)
{
    if (inputs.empty() || !inputs[0].shape)
        return std::nullopt;
    const auto &extents = *inputs[0].shape;
    return KnownNumbers{std::accumulate(extents.begin(), extents.end(), 1.0, std::multiplies<>())};
}

Folded constant(const onnx::NodeProto &node, Inputs)
{
    for (const auto &attribute : node.attribute()) {
        if (attribute.name() == "value")
            return numbersOf(attribute.t());
        if (attribute.name() == "value_int")
            return KnownNumbers{static_cast<double>(attribute.i())};
        if (attribute.name() == "value_float")
            return KnownNumbers{static_cast<double>(attribute.f())};
        if (attribute.name() == "value_ints")
            return KnownNumbers(attribute.ints().begin(), attribute.ints().end());
        if (attribute.name() == "value_floats")
            return KnownNumbers(attribute.floats().begin(), attribute.floats().end());
    }
    return std::nullopt;
}

Folded same(const onnx::NodeProto &, Inputs inputs)
{
    const auto *numbers = numbersAt(inputs, 0);
    return numbers ? Folded(*numbers) : std::nullopt;
}

Folded cast(const onnx::NodeProto &node, Inputs inputs)
{
    auto numbers = same(node, inputs);
    const int to = static_cast<int>(intAttribute(node, "to", Type::FLOAT));
    if (!numbers || !isWholeType(to))
        return numbers;
    for (double &number : *numbers) {
        if (!(std::abs(number) <= largestWhole))
            return std::nullopt;
        number = to == Type::BOOL ? (number != 0 ? 1.0 : 0.0) : std::trunc(number);
    }
    return numbers;
}

Folded gather(const onnx::NodeProto &, Inputs inputs)
{
    const auto *data = numbersAt(inputs, 0);
    const auto *indices = numbersAt(inputs, 1);
    if (!data || !indices || !inputs[0].shape || inputs[0].shape->size() != 1)
        return std::nullopt;
    KnownNumbers picked;
    for (const double index : *indices) {
        const auto at = position(index, data->size());
        if (!at)
            return std::nullopt;
        picked.push_back((*data)[*at]);
    }
    return picked;
}

Folded concat(const onnx::NodeProto &, Inputs inputs)
{
    KnownNumbers all;
    for (const FoldedInput &input : inputs) {
        if (!input.numbers || !input.shape || input.shape->size() != 1)
            return std::nullopt;
        all.insert(all.end(), input.numbers->begin(), input.numbers->end());
    }
    return all;
}

// Slices a list; bounds are clamped as ONNX says.
Folded slice(const onnx::NodeProto &node, Inputs inputs)
{
    const auto *data = numbersAt(inputs, 0);
    if (!data || !inputs[0].shape || inputs[0].shape->size() != 1)
        return std::nullopt;
    const auto bound = [&](std::size_t index, const char *name) -> std::optional<double> {
        if (const auto *numbers = numbersAt(inputs, index); numbers && numbers->size() == 1)
            return numbers->front();
        const auto listed = intsAttribute(node, name);
        return listed.size() == 1 ? std::optional(static_cast<double>(listed[0])) : std::nullopt;
    };
    const auto from = bound(1, "starts");
    const auto to = bound(2, "ends");
    if (!from || !to)
        return std::nullopt;
    if (inputs.size() > 4 && !numbersAt(inputs, 4))
        return std::nullopt;
    const double step = bound(4, "steps").value_or(1);
    const auto extent = static_cast<double>(data->size());
    if (step < 1)
        return std::nullopt; // arithmetic on shapes never needs a negative step
    const auto clamped = [&](double at) {
        return std::clamp(at < 0 ? at + extent : at, 0.0, extent);
    };
    KnownNumbers picked;
    for (double at = clamped(*from); at < clamped(*to); at += step)
        picked.push_back((*data)[static_cast<std::size_t>(at)]);
    return picked;
}

Folded range(const onnx::NodeProto &, Inputs inputs)
{
    for (std::size_t i = 0; i < 3; ++i) {
        if (const auto *numbers = numbersAt(inputs, i); !numbers || numbers->size() != 1)
            return std::nullopt;
    }
    const double from = inputs[0].numbers->front();
    const double step = inputs[2].numbers->front();
    const double count = std::ceil((inputs[1].numbers->front() - from) / step);
    if (!(count >= 0 && count <= static_cast<double>(mostKnownNumbers)))
        return std::nullopt;
    KnownNumbers all;
    for (double i = 0; i < count; ++i)
        all.push_back(from + i * step);
    return all;
}

std::optional<std::size_t> countOf(const KnownNumbers &extents)
{
    double count = 1;
    for (const double extent : extents)
        count *= extent;
    if (!(count >= 0 && count <= static_cast<double>(mostKnownNumbers)))
        return std::nullopt;
    return static_cast<std::size_t>(count);
}

Folded constantOfShape(const onnx::NodeProto &node, Inputs inputs)
{
    const auto *extents = numbersAt(inputs, 0);
    const auto count = extents ? countOf(*extents) : std::nullopt;
    if (!count)
        return std::nullopt;
    double value = 0;
    if (const auto given = constant(node, inputs); given && given->size() == 1)
        value = given->front();
    return KnownNumbers(*count, value);
}

// Expands a single number to a list of equal numbers; anything else is not computed here.
Folded expand(const onnx::NodeProto &, Inputs inputs)
{
    const auto *data = numbersAt(inputs, 0);
    const auto *extents = numbersAt(inputs, 1);
    const auto count = extents ? countOf(*extents) : std::nullopt;
    if (!data || !count)
        return std::nullopt;
    if (data->size() == *count)
        return *data;
    return data->size() == 1 ? Folded(KnownNumbers(*count, data->front())) : std::nullopt;
}

double quotient(double a, double b)
{
    return b == 0 ? std::nan("") : a / b;
}

// Computes element by element; a single number is combined with every element of a list.
Folded elementwise(Inputs inputs, const std::function<double(std::span<const double>)> &of)
{
    std::size_t count = 1;
    for (const FoldedInput &input : inputs) {
        if (!input.numbers ||
            (input.numbers->size() != 1 && count != 1 && input.numbers->size() != count))
            return std::nullopt;
        count = input.numbers->size() == 1 ? count : input.numbers->size();
    }
    KnownNumbers result;
    std::vector<double> terms(inputs.size());
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t k = 0; k < inputs.size(); ++k)
            terms[k] = (*inputs[k].numbers)[inputs[k].numbers->size() == 1 ? 0 : i];
        result.push_back(of(terms));
        if (std::isnan(result.back()))
            return std::nullopt;
    }
    return result;
}

using Terms = std::span<const double>;

struct Elementwise
{
    std::size_t terms;
    double (*of)(Terms);
};

const std::map<std::string_view, Elementwise> &elementwiseOperators()
{
    static const std::map<std::string_view, Elementwise> known{
        {"Add", {2, [](Terms t) { return t[0] + t[1]; }}},
        {"Sub", {2, [](Terms t) { return t[0] - t[1]; }}},
        {"Mul", {2, [](Terms t) { return t[0] * t[1]; }}},
        {"Div", {2, [](Terms t) { return quotient(t[0], t[1]); }}},
        {"Min", {2, [](Terms t) { return *std::min_element(t.begin(), t.end()); }}},
        {"Max", {2, [](Terms t) { return *std::max_element(t.begin(), t.end()); }}},
        {"Equal", {2, [](Terms t) { return t[0] == t[1] ? 1.0 : 0.0; }}},
        {"Greater", {2, [](Terms t) { return t[0] > t[1] ? 1.0 : 0.0; }}},
        {"Less", {2, [](Terms t) { return t[0] < t[1] ? 1.0 : 0.0; }}},
        {"Where", {3, [](Terms t) { return t[0] != 0 ? t[1] : t[2]; }}},
        {"Not", {1, [](Terms t) { return t[0] != 0 ? 0.0 : 1.0; }}},
        {"Neg", {1, [](Terms t) { return -t[0]; }}},
        {"Abs", {1, [](Terms t) { return std::abs(t[0]); }}},
        {"Floor", {1, [](Terms t) { return std::floor(t[0]); }}},
        {"Ceil", {1, [](Terms t) { return std::ceil(t[0]); }}},
        {"Sqrt", {1, [](Terms t) { return std::sqrt(t[0]); }}},
    };
    return known;
}

Folded product(const onnx::NodeProto &, Inputs inputs)
{
    const auto *numbers = numbersAt(inputs, 0);
    if (!numbers || inputs.size() != 1 || !inputs[0].shape || inputs[0].shape->size() != 1)
        return std::nullopt;
    return KnownNumbers{
        std::accumulate(numbers->begin(), numbers->end(), 1.0, std::multiplies<>())};
}

using Fold = Folded (*)(const onnx::NodeProto &, Inputs);
const std::map<std::string_view, Fold> &otherOperators()
{
    static const std::map<std::string_view, Fold> known{
        {"Shape", shape},        {"Size", size},      {"Constant", constant},
        {"Identity", same},      {"Unsqueeze", same}, {"Squeeze", same},
        {"Reshape", same},       {"Flatten", same},   {"Cast", cast},
        {"Gather", gather},      {"Concat", concat},  {"Slice", slice},
        {"Range", range},        {"Expand", expand},  {"ConstantOfShape", constantOfShape},
        {"ReduceProd", product},
    };
    return known;
}

template <typename T>
void readRaw(const std::string &raw, KnownNumbers &numbers)
{
    T value{};
    for (std::size_t at = 0; at + sizeof(T) <= raw.size(); at += sizeof(T)) {
        std::memcpy(&value, raw.data() + at, sizeof(T));
        numbers.push_back(static_cast<double>(value));
    }
}

} // namespace

std::optional<KnownNumbers> foldNode(const onnx::NodeProto &node,
                                     std::span<const FoldedInput> inputs)
{
    if (!isStandard(node))
        return std::nullopt;
    Folded folded;
    if (const auto found = otherOperators().find(node.op_type()); found != otherOperators().end()) {
        folded = found->second(node, inputs);
    } else if (const auto plain = elementwiseOperators().find(node.op_type());
               plain != elementwiseOperators().end() && inputs.size() == plain->second.terms) {
        folded = elementwise(inputs, plain->second.of);
    }
    return folded && folded->size() <= mostKnownNumbers ? folded : std::nullopt;
}

std::optional<KnownNumbers> numbersOf(const onnx::TensorProto &tensor)
{
    const auto count = checkedCount(tensor);
    if (!count || *count > static_cast<std::int64_t>(mostKnownNumbers))
        return std::nullopt;
    KnownNumbers numbers;
    const std::string &raw = tensor.raw_data();
    switch (tensor.data_type()) {
    case Type::FLOAT:
        raw.empty() ? numbers.assign(tensor.float_data().begin(), tensor.float_data().end())
                    : readRaw<float>(raw, numbers);
        break;
    case Type::DOUBLE:
        raw.empty() ? numbers.assign(tensor.double_data().begin(), tensor.double_data().end())
                    : readRaw<double>(raw, numbers);
        break;
    case Type::INT64:
        raw.empty() ? numbers.assign(tensor.int64_data().begin(), tensor.int64_data().end())
                    : readRaw<std::int64_t>(raw, numbers);
        break;
    case Type::INT32:
        raw.empty() ? numbers.assign(tensor.int32_data().begin(), tensor.int32_data().end())
                    : readRaw<std::int32_t>(raw, numbers);
        break;
    case Type::BOOL:
        raw.empty() ? numbers.assign(tensor.int32_data().begin(), tensor.int32_data().end())
                    : readRaw<std::uint8_t>(raw, numbers);
        break;
    default:
        return std::nullopt;
    }
    if (numbers.size() != static_cast<std::size_t>(*count))
        return std::nullopt;
    return numbers;
}

onnx::TensorProto tensorOf(const KnownNumbers &numbers, int onnxType, const Shape &shape)
{
    onnx::TensorProto tensor;
    tensor.set_data_type(onnxType);
    for (const std::int64_t extent : shape)
        tensor.add_dims(extent);
    for (const double number : numbers) {
        const double bounded = std::clamp(number, -largestWhole, largestWhole);
        if (onnxType == Type::INT64)
            tensor.add_int64_data(static_cast<std::int64_t>(bounded));
        else if (onnxType == Type::DOUBLE)
            tensor.add_double_data(number);
        else if (onnxType == Type::FLOAT)
            tensor.add_float_data(static_cast<float>(number));
        else
            tensor.add_int32_data(
                static_cast<std::int32_t>(std::clamp(bounded, -2147483648.0, 2147483647.0)));
    }
    return tensor;
}

} // namespace warmbench
