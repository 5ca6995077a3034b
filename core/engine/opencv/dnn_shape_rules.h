// What the shapes that reach a layer of OpenCV must fulfil where its own checks do not look, but
// its run reads memory by them: a network that does not tell its shapes lets clients choose them.
// Thread: pure. Private to this room.
// Source of each rule: the layer's forward() in OpenCV 4.6, modules/dnn/src/layers.
#pragma once

#include "base/bytes.h"

#include <cstddef>
#include <opencv2/dnn.hpp>
#include <optional>
#include <string>
#include <vector>

namespace warmbench {

// What does not fit, as the end of a sentence; nothing where all does.
std::optional<std::string> misfitOf(const cv::dnn::Layer &layer,
                                    const std::vector<cv::dnn::MatShape> &in,
                                    const std::vector<cv::dnn::MatShape> &out);

// How many extents a layer makes that gives its input others, where it fixes their number.
std::optional<std::size_t> ranksMade(const cv::dnn::Layer &layer);

// True for layers with a window for each spatial extent, which they trust to be as many.
bool hasWindows(const cv::dnn::Layer &layer);

// What the layer needs for itself beside what it reads and makes.
Bytes scratchOf(const cv::dnn::Layer &layer, const std::vector<cv::dnn::MatShape> &in);

// Whether OpenCV may join neighbouring layers of this network: some add the weights of a neighbour
// once more whenever the network is set up for other shapes, and products of matrices drop what is
// joined to them.
bool mayFuse(cv::dnn::Net &net);

} // namespace warmbench
