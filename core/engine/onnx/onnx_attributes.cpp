#include "engine/onnx/onnx_attributes.h"

#include "base/text.h"
#include "engine/onnx/onnx_folding.h"
#include "engine/onnx/onnx_walk.h"
#include "tensor/shape.h"

#include <fmt/format.h>

namespace warmbench {

namespace {

constexpr int mostListed = 16;
constexpr std::size_t longestWord = 60;
constexpr std::size_t longestText = 200;
constexpr std::size_t mostNumbers = 8; // of a tensor

// "[1, 2, ... 40 in all]"
template <typename List, typename Text>
std::string listText(const List &list, Text textOf)
{
    std::string out = "[";
    for (int i = 0; i < list.size(); ++i) {
        out += i ? ", " : "";
        if (i == mostListed)
            return out + fmt::format("... {} in all]", list.size());
        out += textOf(list[i]);
    }
    return out + "]";
}

std::string wordText(const std::string &word)
{
    return '"' + printable(word, longestWord) + '"';
}

std::string tensorText(const onnx::TensorProto &tensor)
{
    const Shape shape(tensor.dims().begin(), tensor.dims().end());
    std::string out = fmt::format("{} {}", onnxTypeName(tensor.data_type()),
                                  shapeText(std::span<const std::int64_t>(shape)));
    const auto numbers = numbersOf(tensor);
    if (!numbers || numbers->empty() || numbers->size() > mostNumbers)
        return out;
    out += ":";
    for (const double number : *numbers)
        out += fmt::format(" {:.6g}", number);
    return out;
}

std::string whole(const onnx::AttributeProto &attribute)
{
    const auto number = [](auto value) { return fmt::format("{}", value); };
    if (!attribute.ref_attr_name().empty())
        return "the function's \"" + printable(attribute.ref_attr_name(), longestWord) + '"';
    if (attribute.has_t())
        return tensorText(attribute.t());
    if (attribute.has_g())
        return fmt::format("a graph of {} nodes", attribute.g().node_size());
    if (attribute.has_sparse_tensor())
        return "sparse " + tensorText(attribute.sparse_tensor().values());
    if (attribute.ints_size() > 0)
        return listText(attribute.ints(), number);
    if (attribute.floats_size() > 0)
        return listText(attribute.floats(), number);
    if (attribute.strings_size() > 0)
        return listText(attribute.strings(), wordText);
    if (attribute.tensors_size() > 0)
        return fmt::format("{} tensors", attribute.tensors_size());
    if (attribute.graphs_size() > 0)
        return fmt::format("{} graphs", attribute.graphs_size());
    if (attribute.has_s())
        return wordText(attribute.s());
    if (attribute.has_f())
        return number(attribute.f());
    if (attribute.has_i())
        return number(attribute.i());
    return attribute.has_tp() ? "a type" : "[]";
}

} // namespace

std::string attributeText(const onnx::AttributeProto &attribute)
{
    return printable(whole(attribute), longestText);
}

} // namespace warmbench
