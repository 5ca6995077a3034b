// What the shapes that reach a layer of OpenCV must fulfil where its own checks do not look, but
// its run reads memory by them: a network that does not tell its shapes lets clients choose them.
// Thread: pure. Private to this room.
// Source of each rule: the layer's forward() in OpenCV 4.6, modules/dnn/src/layers.
#pragma once

#include <opencv2/dnn.hpp>
#include <optional>
#include <string>
#include <vector>

namespace warmbench {

// What does not fit, as the end of a sentence; nothing where all does.
std::optional<std::string> misfitOf(const cv::dnn::Layer &layer,
                                    const std::vector<cv::dnn::MatShape> &in,
                                    const std::vector<cv::dnn::MatShape> &out);

// True where the layer adds the weights of its neighbours once more whenever the network is set up
// for other shapes.
bool keepsFusion(const cv::dnn::Layer &layer);

} // namespace warmbench
