// Rules for the shapes that reach a layer of OpenCV. Its own checks miss these cases, but its run
// relies on them when it reads memory; if a file does not fix the shapes, clients choose them.
// Thread: any; pure functions. Private to this room.
// Source of each rule: the layer's forward() in OpenCV 4.6, modules/dnn/src/layers.
#pragma once

#include "base/bytes.h"

#include <cstddef>
#include <opencv2/dnn.hpp>
#include <optional>
#include <string>
#include <vector>

namespace warmbench {

// Says what does not fit, as the end of a sentence; nothing if everything fits.
std::optional<std::string> misfitOf(const cv::dnn::Layer &layer,
                                    const std::vector<cv::dnn::MatShape> &in,
                                    const std::vector<cv::dnn::MatShape> &out);

// For a layer that reshapes its whole input: how many extents the output has, if the layer fixes
// that.
std::optional<std::size_t> ranksMade(const cv::dnn::Layer &layer);

// True for layers with a window for each spatial extent; they trust that there are as many extents
// as windows.
bool hasWindows(const cv::dnn::Layer &layer);

// Memory that the layer needs in addition to its inputs and outputs.
Bytes scratchOf(const cv::dnn::Layer &layer, const std::vector<cv::dnn::MatShape> &in);

// Whether OpenCV may join neighbouring layers of this network. It must not if that gives wrong
// answers: some layers add the weights of a neighbour again each time the network is set up for
// other shapes, and products of matrices lose the layer that is joined to them.
bool mayFuse(cv::dnn::Net &net);

} // namespace warmbench
