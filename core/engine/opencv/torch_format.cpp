#include "base/file.h"
#include "base/text.h"
#include "engine/opencv/dnn_parts.h"
#include "engine/opencv/torch_walk.h"

#include <fmt/format.h>
#include <opencv2/dnn.hpp>

namespace warmbench {

Result<OpenCvParts> loadTorchParts(const ModelFiles &files, int instances)
{
    const auto bytes = readFile(files.network, largestWeights);
    if (!bytes)
        return bytes.error();
    // The text form begins with a type tag of one character and a line feed.
    const bool binary = bytes->size() < 2 || (*bytes)[1] != '\n';
    if (auto sane = checkTorchFile(*bytes, binary); !sane)
        return failedPrecondition(
            fmt::format("\"{}\" is refused: {}; save the network again, or export it to ONNX.",
                        printable(files.network.filename().string()), sane.error().message));
    // OpenCV can open Torch7 files only by name.
    const auto file = memoryFile(*bytes);
    if (!file)
        return file.error();
    const std::string path = fmt::format("/proc/self/fd/{}", file->get());
    NetworkSpec spec;
    spec.inputs.push_back({.name = "input", .shape = {}, .producedBy = {}});
    const auto outputsOf = [](const cv::dnn::Net &net,
                              NetworkSpec &made) -> Result<std::vector<DnnOutput>> {
        auto &shape = made.inputs[0].shape;
        shape = shapeByFirstWeights(net);
        made.warnings.push_back(
            shape.empty()
                ? "Torch7 files do not tell their input's shape; four free extents are assumed."
                : "Torch7 files do not tell their input's shape; it was read off the first layer's "
                  "weights.");
        if (shape.empty())
            shape = {{-1, "batch"}, {-1, "channels"}, {-1, "height"}, {-1, "width"}};
        return unconnectedOutputs(net);
    };
    return readInstances(
        files, instances, std::move(spec), [&] { return cv::dnn::readNetFromTorch(path, binary); },
        outputsOf);
}

} // namespace warmbench
