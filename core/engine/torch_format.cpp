#include "base/file.h"
#include "base/text.h"
#include "engine/dnn_parts.h"

#include <fmt/format.h>
#include <opencv2/dnn.hpp>

namespace warmbench {

Result<OpenCvParts> loadTorchParts(const ModelFiles &files, int instances)
{
    const auto start = readFileStart(files.network, 2);
    if (!start)
        return start.error();
    // The text form begins with a type tag and a line's end.
    const bool binary = start->size() < 2 || (*start)[1] != '\n';
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
        files, instances, std::move(spec),
        [&] { return cv::dnn::readNetFromTorch(files.network.string(), binary); }, outputsOf);
}

} // namespace warmbench
