#include "base/text.h"
#include "engine/onnx/onnx_costs.h"
#include "engine/onnx/onnx_file.h"
#include "engine/onnx/onnx_shape_rules.h"
#include "engine/onnx/onnx_shapes.h"
#include "engine/onnx/onnx_warm_up.h"
#include "engine/opencv/dnn_instance.h"
#include "engine/opencv/onnx_refusal.h"
#include "engine/opencv/opencv_border.h"
#include "engine/opencv/opencv_formats.h"

#include <algorithm>
#include <fmt/format.h>
#include <opencv2/dnn.hpp>
#include <set>
#include <string>

namespace warmbench {

namespace {

// Adds a warning to the spec about what OpenCV does to integers.
void warnOfIntegers(NetworkSpec &spec)
{
    const auto warn = [&](const TensorSpec &value, const char *role, const char *fate) {
        switch (value.dtype) {
        case DType::Int32:
        case DType::Int64:
        case DType::UInt32:
        case DType::UInt64:
            spec.warnings.push_back(
                fmt::format("The {} \"{}\" is {}, but OpenCV computes in float32: integers beyond "
                            "16777216 {}.",
                            role, printable(value.name), dtypeName(value.dtype), fate));
            break;
        case DType::Float16:
        case DType::Float32:
        case DType::Float64:
        case DType::Int8:
        case DType::UInt8:
        case DType::Int16:
        case DType::UInt16:
        case DType::Bool:
        case DType::String:
            break;
        }
    };
    for (const TensorSpec &input : spec.inputs)
        warn(input, "input", "are refused where it cannot hold them");
    for (const TensorSpec &output : spec.outputs)
        warn(output, "output", "lose digits");
}

Result<cv::dnn::Net> readNet(const std::string &bytes, const OnnxFile &file)
{
    try {
        auto net = cv::dnn::readNetFromONNX(bytes.data(), bytes.size());
        if (net.empty())
            return failedPrecondition(explainRefusal(file, "the network came out empty"));
        return net;
    } catch (const cv::Exception &problem) {
        return failedPrecondition(explainRefusal(file, problem.what()));
    } catch (...) {
        return currentExceptionAsError("reading the network");
    }
}

// This is checked here because OpenCV's importer trusts that the parts of the file fit each other.
Result<void> checkShapes(const OnnxFile &file)
{
    const auto graph = file.shapes();
    if (auto fine = graph->check(); !fine)
        return fine;
    if (!graph->knowsAllOperators())
        return {}; // the importer will say which operator it does not know
    const auto plan = planOnnxWarmUp(file, 1, {});
    return plan ? Result<void>() : plan.error();
}

} // namespace

Result<OpenCvParts> loadOnnxParts(const ModelFiles &files, int instances, const std::string &inner)
{
    auto opened = OnnxFile::open(files.network, inner);
    if (!opened)
        return std::move(opened).error();
    const auto file = std::make_shared<OnnxFile>(*std::move(opened));
    OpenCvParts parts;
    parts.spec = file->spec();
    warnOfIntegers(parts.spec);
    parts.spec.samplesApart = !joinsSamples(*file);
    if (instances == 0)
        return parts;
    if (auto fine = checkForOpenCv(*file); !fine)
        return std::move(fine).error();
    if (auto fine = checkShapes(*file); !fine)
        return std::move(fine).error();
    const auto bytes = file->serialized();
    if (!bytes)
        return bytes.error();
    std::vector<std::string> inputs;
    for (const TensorSpec &input : parts.spec.inputs)
        inputs.push_back(input.name);
    std::vector<DnnOutput> outputs;
    // Since 4.6 the importer registers the graph's outputs under their own names.
    for (const TensorSpec &output : parts.spec.outputs)
        outputs.push_back({.layer = output.name});
    for (int i = 0; i < instances; ++i) {
        auto net = readNet(*bytes, *file);
        if (!net)
            return std::move(net).error();
        parts.instances.push_back(std::make_unique<DnnInstance>(*net, inputs, outputs));
    }
    parts.graph = file->shapes();
    parts.explain = [file](const std::string &message) { return explainRefusal(*file, message); };
    return parts;
}

Result<Bytes> estimateOnnx(const ModelFiles &files, int instances, Bytes most)
{
    const auto file = OnnxFile::open(files.network);
    if (!file)
        return file.error();
    auto plan = planOnnxWarmUp(*file, instances, most);
    if (!plan && plan.error().code == ErrorCode::ResourceExhausted)
        plan = planOnnxWarmUp(*file, instances, {}); // to say how much memory it would take
    // If it cannot be loaded, load() says why.
    return plan ? plan->kept : Bytes{file->spec().weightBytes.count * instances};
}

ExpectedShapes layerShapesOf(const OnnxShapes &graph, const ValueShapes &shapes)
{
    ExpectedShapes expected;
    for (const OnnxStep &step : graph.steps()) {
        const int made = step.outputs.empty() ? -1 : step.outputs[0];
        if (made < 0 || !shapes[static_cast<std::size_t>(made)])
            continue;
        // OpenCV's importer names layers like this since 4.6.
        const std::string layer = step.node->name().empty()
                                      ? "onnx_node_output_0!" + step.node->output(0)
                                      : "onnx_node!" + step.node->name();
        expected.emplace(layer, *shapes[static_cast<std::size_t>(made)]);
    }
    return expected;
}

} // namespace warmbench
