// Code shared by the formats whose files say little about the network.
// Thread: the loader's only. Private to this room.
#pragma once

#include "engine/opencv/dnn_instance.h"
#include "engine/opencv/opencv_formats.h"

#include <functional>
#include <vector>

namespace warmbench {

// Importers get weights as bytes in memory, so that exactly the bytes that were checked are read;
// their libraries count bytes with 31 bits.
inline constexpr Bytes largestWeights{(std::int64_t(1) << 31) - 1};

// The first output of each layer that no other layer reads, in the order of the file.
std::vector<DnnOutput> unconnectedOutputs(const cv::dnn::Net &net);

// The extents of the input that the first layer with weights accepts; empty if its weights do not
// show them.
std::vector<Dimension> shapeByFirstWeights(const cv::dnn::Net &net);

// Fills in the numbers of parameters and layers and the stored bytes of a network that has been
// read.
void countWeights(const cv::dnn::Net &net, const ModelFiles &files, NetworkSpec &spec);

// Reads the network `instances` times (at least once) and completes the spec. Outputs get the names
// of their layers and no shapes, which the warm-up fills in. FailedPrecondition naming the file:
// OpenCV throws, or the network is empty.
Result<OpenCvParts> readInstances(
    const ModelFiles &files, int instances, NetworkSpec spec,
    const std::function<cv::dnn::Net()> &read,
    const std::function<Result<std::vector<DnnOutput>>(const cv::dnn::Net &, NetworkSpec &)>
        &outputsOf);

} // namespace warmbench
