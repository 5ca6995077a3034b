#include "engine/opencv/dnn_parts.h"

#include "base/text.h"
#include "engine/opencv/opencv_border.h"
#include "engine/opencv/opencv_quiet.h"

#include <algorithm>
#include <fmt/format.h>

namespace warmbench {

std::vector<DnnOutput> unconnectedOutputs(const cv::dnn::Net &net)
{
    auto ids = net.getUnconnectedOutLayers();
    std::sort(ids.begin(), ids.end());
    std::vector<DnnOutput> outputs;
    for (const int id : ids)
        outputs.push_back({.layer = net.getLayer(id)->name});
    return outputs;
}

std::vector<Dimension> shapeByFirstWeights(const cv::dnn::Net &net)
{
    for (const cv::String &name : net.getLayerNames()) {
        const auto layer = net.getLayer(net.getLayerId(name));
        if (layer->blobs.empty())
            continue;
        const cv::Mat &weights = layer->blobs[0];
        if (layer->type == "Convolution" && weights.dims == 4)
            return {{-1, "batch"}, {weights.size[1], ""}, {-1, "height"}, {-1, "width"}};
        if (layer->type == "InnerProduct" && weights.dims == 2)
            return {{-1, "batch"}, {weights.size[1], ""}};
        break;
    }
    return {};
}

void countWeights(const cv::dnn::Net &net, const ModelFiles &files, NetworkSpec &spec)
{
    const auto names = net.getLayerNames();
    spec.layerCount = std::ssize(names);
    for (const cv::String &name : names) {
        for (const cv::Mat &blob : net.getLayer(net.getLayerId(name))->blobs)
            spec.parameterCount += static_cast<std::int64_t>(blob.total());
    }
    std::error_code problem;
    const auto &stored = files.weights.empty() || files.format == ModelFormat::TensorFlow
                             ? files.network
                             : files.weights;
    const auto size = std::filesystem::file_size(stored, problem);
    spec.weightBytes = {problem ? 0 : static_cast<std::int64_t>(size)};
}

Result<OpenCvParts> readInstances(
    const ModelFiles &files, int instances, NetworkSpec spec,
    const std::function<cv::dnn::Net()> &read,
    const std::function<Result<std::vector<DnnOutput>>(const cv::dnn::Net &, NetworkSpec &)>
        &outputsOf)
{
    const std::string file = printable(files.network.filename().string());
    spec.format = files.format;
    OpenCvParts parts;
    parts.spec = std::move(spec);
    parts.outputsDeclared = false;
    std::vector<DnnOutput> outputs;
    try {
        for (int i = 0; i < std::max(instances, 1); ++i) {
            auto net = read();
            if (net.empty())
                return failedPrecondition(
                    fmt::format("\"{}\" holds no layers; copy or export it again.", file));
            if (i == 0) {
                auto found = outputsOf(net, parts.spec);
                if (!found)
                    return std::move(found).error();
                outputs = *std::move(found);
                countWeights(net, files, parts.spec);
            }
            std::vector<std::string> inputs;
            for (const TensorSpec &input : parts.spec.inputs)
                inputs.push_back(input.name);
            parts.instances.push_back(
                std::make_unique<DnnInstance>(net, std::move(inputs), outputs));
        }
    } catch (const std::bad_alloc &) {
        return currentExceptionAsError("reading the network");
    } catch (const std::exception &problem) { // OpenCV and protobuf throw these
        return failedPrecondition(fmt::format(
            "OpenCV {} cannot read the {} network \"{}\": {}; copy it again if it is damaged, or "
            "export the network to ONNX.",
            openCvVersion(), modelFormatName(files.format), file, shortReason(problem.what())));
    } catch (...) {
        return currentExceptionAsError("reading the network");
    }
    if (parts.spec.outputs.empty())
        for (const DnnOutput &output : outputs)
            parts.spec.outputs.push_back({.name = output.layer, .shape = {}, .producedBy = {}});
    return parts;
}

} // namespace warmbench
