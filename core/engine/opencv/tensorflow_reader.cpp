#include "base/text.h"
#include "engine/opencv/tensorflow_graph.h"
#include "engine/wire_reader.h"

#include <fmt/format.h>

namespace warmbench {

namespace {

// The limit is needed because the importer searches all nodes for each input of each node.
constexpr std::size_t mostGraphNodes = 20'000;

Error tooMany(const std::string &file)
{
    return failedPrecondition(fmt::format("\"{}\" has more than the {} nodes that can be run here; "
                                          "freeze and optimise the graph, or export it to ONNX.",
                                          file, mostGraphNodes));
}

// TensorShapeProto: dim = 2 { size = 1 }.
std::vector<std::int64_t> shapeIn(BlockFile &file, const WireField &field)
{
    std::vector<std::int64_t> shape;
    WireReader reader(file, field.begin, field.end);
    while (const auto part = reader.next()) {
        if (part->number != 2 || part->type != WireType::Bytes)
            continue;
        std::int64_t size = 0;
        WireReader dim(file, part->begin, part->end);
        while (const auto one = dim.next()) {
            if (one->number == 1 && one->type == WireType::Varint)
                size = static_cast<std::int64_t>(one->value);
        }
        shape.push_back(size);
    }
    return shape;
}

// The number of varints in a packed field: each ends with a byte below 128.
std::uint64_t varintsIn(BlockFile &file, const WireField &field)
{
    std::uint64_t count = 0;
    std::uint8_t byte = 0;
    for (std::uint64_t at = field.begin; at < field.end && file.byteAt(at, byte); ++at)
        count += byte < 0x80 ? 1 : 0;
    return count;
}

// TensorProto: dtype = 1, tensor_shape = 2, tensor_content = 4, int_val = 7.
TensorFlowConstant constantIn(BlockFile &file, const WireField &field)
{
    constexpr std::uint64_t int32 = 3;
    TensorFlowConstant constant;
    WireReader reader(file, field.begin, field.end);
    while (const auto part = reader.next()) {
        const bool bytes = part->type == WireType::Bytes;
        if (part->number == 1 && !bytes)
            constant.integer32 = part->value == int32;
        else if (part->number == 2 && bytes)
            constant.dims = shapeIn(file, *part);
        else if (part->number == 4 && bytes)
            constant.contentBytes = part->end - part->begin;
        else if (part->number == 7)
            constant.integers += bytes ? varintsIn(file, *part) : 1;
    }
    return constant;
}

// AttrValue.ListValue: i = 3.
std::vector<std::int64_t> integersIn(BlockFile &file, const WireField &field)
{
    std::vector<std::uint64_t> numbers;
    WireReader reader(file, field.begin, field.end);
    while (const auto part = reader.next()) {
        if (part->number == 3 && part->type == WireType::Varint)
            numbers.push_back(part->value);
        else if (part->number == 3 && !readVarints(file, *part, numbers))
            numbers.push_back(0);
    }
    return {numbers.begin(), numbers.end()};
}

// AttrValue: list = 1, s = 2, type = 6, shape = 7, tensor = 8.
void readAttribute(BlockFile &file, const WireField &entry, TensorFlowNode &node)
{
    WireReader pair(file, entry.begin, entry.end);
    std::string key;
    while (const auto field = pair.next()) {
        if (field->number == 1)
            key = file.text(field->begin, field->end);
        if (field->number != 2 || field->type != WireType::Bytes)
            continue;
        WireReader value(file, field->begin, field->end);
        while (const auto part = value.next()) {
            if (key == "dtype" && part->number == 6)
                node.dtype = std::to_string(part->value);
            else if (key == "shape" && part->number == 7)
                node.shape = shapeIn(file, *part);
            else if (key == "data_format" && part->number == 2)
                node.dataFormat = file.text(part->begin, part->end);
            else if (key == "value" && part->number == 8)
                node.constant = constantIn(file, *part);
            else if (key == "strides" && part->number == 1)
                node.strides = integersIn(file, *part);
            else if (key == "ksize" && part->number == 1)
                node.windows = integersIn(file, *part);
            else if (key == "dilations" && part->number == 1)
                node.dilations = integersIn(file, *part);
        }
    }
}

// NodeDef: name = 1, op = 2, input = 3, attr = 5.
TensorFlowNode nodeIn(BlockFile &file, const WireField &place)
{
    TensorFlowNode node;
    WireReader parts(file, place.begin, place.end);
    while (const auto part = parts.next()) {
        if (part->type != WireType::Bytes)
            continue;
        if (part->number == 1)
            node.name = file.text(part->begin, part->end);
        else if (part->number == 2)
            node.op = file.text(part->begin, part->end);
        else if (part->number == 3)
            node.inputs.push_back(file.text(part->begin, part->end));
        else if (part->number == 5)
            readAttribute(file, *part, node);
    }
    return node;
}

std::vector<std::int64_t> shapeInText(const ProtoText &shape)
{
    std::vector<std::int64_t> extents;
    for (const ProtoText *dim : shape.all("dim")) {
        const auto size = dim->numbers("size");
        extents.push_back(size.empty() ? 0 : size.front());
    }
    return extents;
}

TensorFlowConstant constantInText(const ProtoText &tensor)
{
    TensorFlowConstant constant;
    constant.integer32 = tensor.text("dtype") == "DT_INT32" || tensor.text("dtype") == "3";
    if (const ProtoText *shape = tensor.first("tensor_shape"))
        constant.dims = shapeInText(*shape);
    constant.contentBytes = tensor.text("tensor_content").size();
    constant.integers = tensor.all("int_val").size();
    return constant;
}

void readAttributeText(const ProtoText &attribute, TensorFlowNode &node)
{
    const ProtoText *value = attribute.first("value");
    const std::string key = attribute.text("key");
    if (!value)
        return;
    const ProtoText *list = value->first("list");
    if (key == "dtype")
        node.dtype = value->text("type");
    else if (key == "data_format")
        node.dataFormat = value->text("s");
    else if (const ProtoText *shape = value->first("shape"); key == "shape" && shape)
        node.shape = shapeInText(*shape);
    else if (const ProtoText *tensor = value->first("tensor"); key == "value" && tensor)
        node.constant = constantInText(*tensor);
    else if (key == "strides" && list)
        node.strides = list->numbers("i");
    else if (key == "ksize" && list)
        node.windows = list->numbers("i");
    else if (key == "dilations" && list)
        node.dilations = list->numbers("i");
}

} // namespace

Result<TensorFlowGraph> readTensorFlowGraph(std::string_view bytes, const std::string &file)
{
    auto block = BlockFile::over(bytes);
    TensorFlowGraph graph;
    WireReader reader(block);
    while (const auto field = reader.next()) {
        if (field->number != 1 || field->type != WireType::Bytes)
            continue;
        if (graph.size() == mostGraphNodes)
            return tooMany(file);
        graph.push_back(nodeIn(block, *field));
    }
    if (reader.malformed() || reader.truncated())
        return failedPrecondition(
            fmt::format("\"{}\" is cut short or damaged; copy it again.", file));
    return graph;
}

Result<TensorFlowGraph> readTensorFlowText(const ProtoText &root, const std::string &file)
{
    TensorFlowGraph graph;
    for (const ProtoText *found : root.all("node")) {
        if (graph.size() == mostGraphNodes)
            return tooMany(file);
        TensorFlowNode node;
        node.name = found->text("name");
        node.op = found->text("op");
        for (const ProtoText *input : found->all("input"))
            node.inputs.push_back(input->value);
        for (const ProtoText *attribute : found->all("attr"))
            readAttributeText(*attribute, node);
        graph.push_back(std::move(node));
    }
    return graph;
}

} // namespace warmbench
