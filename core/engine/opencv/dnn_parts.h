// What the importers of formats that describe themselves poorly share.
// Thread: the loader's only. Private to this room.
#pragma once

#include "engine/opencv/dnn_instance.h"
#include "engine/opencv/opencv_formats.h"

#include <functional>
#include <vector>

namespace warmbench {

// Weights are handed to importers as bytes, so that what was checked is what is read; their
// libraries count bytes in 31 bits.
inline constexpr Bytes largestWeights{(std::int64_t(1) << 31) - 1};

// The layers that nothing reads, in the order of the file, first blob each.
std::vector<DnnOutput> unconnectedOutputs(const cv::dnn::Net &net);

// Extents of the input that the first layer with weights can take; empty where they do not tell.
std::vector<Dimension> shapeByFirstWeights(const cv::dnn::Net &net);

// Parameters, layers and stored bytes of a network that has been read.
void countWeights(const cv::dnn::Net &net, const ModelFiles &files, NetworkSpec &spec);

// Reads the network `instances` times and finishes the spec from it: outputs without a shape (the
// warm-up fills them) named after `outputs`. Whatever OpenCV throws or an empty network is
// FailedPrecondition naming the file.
Result<OpenCvParts> readInstances(
    const ModelFiles &files, int instances, NetworkSpec spec,
    const std::function<cv::dnn::Net()> &read,
    const std::function<Result<std::vector<DnnOutput>>(const cv::dnn::Net &, NetworkSpec &)>
        &outputsOf);

} // namespace warmbench
