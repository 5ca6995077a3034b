#include "base/file.h"
#include "base/text.h"
#include "engine/dnn_parts.h"
#include "engine/proto_text.h"
#include "engine/wire_reader.h"

#include <fmt/format.h>
#include <map>
#include <opencv2/dnn.hpp>
#include <optional>

namespace warmbench {

namespace {

constexpr Bytes largestText = mebibytes(256);

// The numbers of tensorflow's DataType (types.proto) and their names in text form.
std::optional<DType> dtypeOf(std::string_view type)
{
    static const std::map<std::string, DType, std::less<>> known{
        {"1", DType::Float32},         {"DT_FLOAT", DType::Float32}, {"2", DType::Float64},
        {"DT_DOUBLE", DType::Float64}, {"3", DType::Int32},          {"DT_INT32", DType::Int32},
        {"4", DType::UInt8},           {"DT_UINT8", DType::UInt8},   {"5", DType::Int16},
        {"DT_INT16", DType::Int16},    {"6", DType::Int8},           {"DT_INT8", DType::Int8},
        {"9", DType::Int64},           {"DT_INT64", DType::Int64},   {"10", DType::Bool},
        {"DT_BOOL", DType::Bool},      {"19", DType::Float16},       {"DT_HALF", DType::Float16},
    };
    const auto found = known.find(type);
    return found == known.end() ? std::nullopt : std::optional(found->second);
}

struct Placeholder
{
    std::string name;
    std::string dtype = "1";
    std::vector<std::int64_t> shape;
};

struct Graph
{
    std::vector<Placeholder> placeholders;
    bool channelsFirst = false; // a layer says data_format: NCHW
};

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

// AttrValue: s = 2, type = 6, shape = 7.
void readAttribute(BlockFile &file, const WireField &entry, Placeholder &node, Graph &graph)
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
                graph.channelsFirst |= file.text(part->begin, part->end).starts_with("NC");
        }
    }
}

// GraphDef: node = 1 { name = 1, op = 2, attr = 5 }.
Result<Graph> graphIn(const std::filesystem::path &path)
{
    auto file = BlockFile::open(path);
    if (!file)
        return std::move(file).error();
    Graph graph;
    WireReader reader(*file);
    while (const auto field = reader.next()) {
        if (field->number != 1 || field->type != WireType::Bytes)
            continue;
        Placeholder node;
        std::string op;
        WireReader parts(*file, field->begin, field->end);
        while (const auto part = parts.next()) {
            if (part->number == 1)
                node.name = file->text(part->begin, part->end);
            else if (part->number == 2)
                op = file->text(part->begin, part->end);
            else if (part->number == 5 && part->type == WireType::Bytes)
                readAttribute(*file, *part, node, graph);
        }
        if (op == "Placeholder")
            graph.placeholders.push_back(std::move(node));
    }
    if (reader.malformed() || reader.truncated())
        return failedPrecondition(fmt::format("\"{}\" is cut short or damaged; copy it again.",
                                              printable(path.filename().string())));
    return graph;
}

Result<Graph> graphInText(const std::filesystem::path &path)
{
    const auto text = readFile(path, largestText);
    if (!text)
        return text.error();
    const auto root = parseProtoText(*text);
    if (!root)
        return failedPrecondition(fmt::format("\"{}\" is damaged: {}; copy it again.",
                                              printable(path.filename().string()),
                                              root.error().message));
    Graph graph;
    for (const ProtoText *node : root->all("node")) {
        Placeholder found{.name = node->text("name"), .shape = {}};
        for (const ProtoText *attribute : node->all("attr")) {
            const ProtoText *value = attribute->first("value");
            const std::string key = attribute->text("key");
            if (!value)
                continue;
            if (key == "dtype")
                found.dtype = value->text("type");
            else if (key == "data_format")
                graph.channelsFirst |= value->text("s").starts_with("NC");
            else if (const ProtoText *shape = value->first("shape"); key == "shape" && shape)
                for (const ProtoText *dim : shape->all("dim"))
                    found.shape.push_back(dim->numbers("size").empty() ? 0
                                                                       : dim->numbers("size")[0]);
        }
        if (node->text("op") == "Placeholder")
            graph.placeholders.push_back(std::move(found));
    }
    return graph;
}

std::vector<Dimension> dimensionsOf(const Placeholder &input, bool channelsFirst)
{
    std::vector<Dimension> shape;
    for (const std::int64_t extent : input.shape)
        shape.push_back({extent > 0 ? extent : -1, ""});
    // OpenCV turns TensorFlow's images channels first.
    if (shape.size() == 4 && !channelsFirst)
        shape = {shape[0], shape[3], shape[1], shape[2]};
    return shape;
}

Result<void> fillInputs(const Graph &graph, const std::string &file, NetworkSpec &spec)
{
    for (const Placeholder &input : graph.placeholders) {
        const auto dtype = dtypeOf(input.dtype);
        if (!dtype)
            return failedPrecondition(fmt::format(
                "The input \"{}\" of \"{}\" has TensorFlow's element type {}, which cannot be used "
                "here; export the graph to ONNX with float32.",
                printable(input.name), file, printable(input.dtype)));
        spec.inputs.push_back({.name = input.name,
                               .dtype = *dtype,
                               .shape = dimensionsOf(input, graph.channelsFirst),
                               .producedBy = {}});
        if (input.shape.size() == 4 && !graph.channelsFirst)
            spec.warnings.push_back(fmt::format(
                "OpenCV takes the input \"{}\" channels first ([N, C, H, W]), though the graph "
                "says channels last; image outputs come channels first too.",
                printable(input.name)));
    }
    if (spec.inputs.empty())
        return failedPrecondition(fmt::format(
            "\"{}\" has no Placeholder, hence no input; freeze the graph with its inputs, or "
            "export it to ONNX: python3 -m tf2onnx.convert --graphdef {} --output MODEL.onnx "
            "--inputs NAME:0 --outputs NAME:0 --opset 11",
            file, file));
    return {};
}

} // namespace

Result<OpenCvParts> loadTensorFlowParts(const ModelFiles &files, int instances)
{
    const std::string file = printable(files.network.filename().string());
    // A text graph replaces the binary one's structure.
    const auto whole = graphIn(files.network);
    if (!whole)
        return whole.error();
    const auto graph = files.weights.empty() ? whole : graphInText(files.weights);
    if (!graph)
        return graph.error();
    NetworkSpec spec;
    if (auto filled = fillInputs(*graph, file, spec); !filled)
        return std::move(filled).error();
    const auto outputsOf = [](const cv::dnn::Net &net,
                              NetworkSpec &made) -> Result<std::vector<DnnOutput>> {
        for (TensorSpec &input : made.inputs) {
            if (input.shape.empty() && made.inputs.size() == 1)
                input.shape = shapeByFirstWeights(net);
        }
        return unconnectedOutputs(net);
    };
    return readInstances(
        files, instances, std::move(spec),
        [&] {
            return cv::dnn::readNetFromTensorflow(files.network.string(), files.weights.string());
        },
        outputsOf);
}

} // namespace warmbench
