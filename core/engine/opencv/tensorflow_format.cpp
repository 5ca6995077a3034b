#include "base/file.h"
#include "base/text.h"
#include "engine/opencv/dnn_parts.h"
#include "engine/opencv/tensorflow_graph.h"
#include "engine/proto_text.h"

#include <algorithm>
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

Result<TensorFlowGraph> graphInText(const std::string &text, const std::string &file)
{
    const auto root = parseProtoText(text);
    if (!root)
        return failedPrecondition(
            fmt::format("\"{}\" is damaged: {}; copy it again.", file, root.error().message));
    return readTensorFlowText(*root, file);
}

std::vector<Dimension> dimensionsOf(const TensorFlowNode &input, bool channelsFirst)
{
    std::vector<Dimension> shape;
    for (const std::int64_t extent : input.shape)
        shape.push_back({extent > 0 ? extent : -1, ""});
    // OpenCV takes TensorFlow's images with channels first.
    if (shape.size() == 4 && !channelsFirst)
        shape = {shape[0], shape[3], shape[1], shape[2]};
    return shape;
}

Result<void> fillInputs(const TensorFlowGraph &graph, const std::string &file, NetworkSpec &spec)
{
    const bool channelsFirst =
        std::any_of(graph.begin(), graph.end(),
                    [](const TensorFlowNode &node) { return node.dataFormat.starts_with("NC"); });
    for (const TensorFlowNode &input : graph) {
        if (input.op != "Placeholder")
            continue;
        const auto dtype = dtypeOf(input.dtype);
        if (!dtype)
            return failedPrecondition(fmt::format(
                "The input \"{}\" of \"{}\" has TensorFlow's element type {}, which cannot be used "
                "here; export the graph to ONNX with float32.",
                printable(input.name), file, printable(input.dtype)));
        spec.inputs.push_back({.name = input.name,
                               .dtype = *dtype,
                               .shape = dimensionsOf(input, channelsFirst),
                               .producedBy = {}});
        if (input.shape.size() == 4 && !channelsFirst)
            spec.warnings.push_back(fmt::format(
                "OpenCV takes the input \"{}\" channels first ([N, C, H, W]), though the graph "
                "says channels last; image outputs come channels first too.",
                printable(input.name)));
    }
    if (const TensorFlowNode *node = doubtfulNode(graph))
        spec.warnings.push_back(fmt::format(
            "OpenCV takes the axes and defaults of some TensorFlow operators otherwise than "
            "TensorFlow, perhaps those of the node \"{}\" ({}): compare a few answers with "
            "TensorFlow's own, or convert the graph to ONNX with tf2onnx.",
            printable(node->name), printable(node->op, 60)));
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
    const auto bytes = readFile(files.network, largestWeights);
    if (!bytes)
        return bytes.error();
    const auto whole = readTensorFlowGraph(*bytes, file);
    if (!whole)
        return whole.error();
    // If there is a text graph, its structure replaces the binary one's.
    const bool described = !files.weights.empty();
    const std::string textFile = printable(files.weights.filename().string());
    const auto text = described ? readFile(files.weights, largestText) : Result<std::string>("");
    if (!text)
        return text.error();
    const auto graph = described ? graphInText(*text, textFile) : whole;
    if (!graph)
        return graph.error();
    auto checked = checkTensorFlowGraph(*graph, described ? *whole : TensorFlowGraph(),
                                        described ? textFile : file);
    if (!checked)
        return std::move(checked).error();
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
            return cv::dnn::readNetFromTensorflow(bytes->data(), bytes->size(), text->data(),
                                                  text->size());
        },
        outputsOf);
}

} // namespace warmbench
