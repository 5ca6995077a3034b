// Turns a detector's raw outputs into boxes. Boxes with a score or an edge that is NaN or infinite
// are dropped. Thread: any; pure functions.
#pragma once

#include "base/result.h"
#include "inference/sample_result.h"

#include <array>
#include <optional>
#include <span>
#include <vector>

namespace warmbench {

// A box as fractions of the network's input, before it is laid over the original picture.
struct RelativeBox
{
    int index = 0;
    float score = 0;
    float left = 0;
    float top = 0;
    float right = 0;
    float bottom = 0;
    // Which row of the outputs it came from: where its points and its mask are found.
    std::size_t row = 0;
    // Radians, clockwise in pixels of the input: the box above, turned around its centre.
    std::optional<float> angle{};
};

// Anchor boxes of Linzaer's Ultra-Light-Fast-Generic-Face-Detector for an input of width x height
// pixels, as centre x, centre y, width, height in fractions, clamped to 0..1: strides 8, 16, 32, 64
// with boxes 10,16,24 / 32,48 / 64,96 / 128,192,256 pixels.
std::vector<std::array<float, 4>> ultrafacePriors(int width, int height);

// One sample of `scores` [P, 2] (background, face) and `boxes` [P, 4]: corner fractions (the ONNX
// export), or offsets from the priors with variances 0.1 and 0.2 (the Caffe files). The numbers
// themselves show which: corners lie in or near the picture, in order. FailedPrecondition: there
// are offsets, but not one for each prior of an input of this size.
Result<std::vector<RelativeBox>> decodeUltraface(std::span<const float> scores,
                                                 std::span<const float> boxes, int inputWidth,
                                                 int inputHeight, double scoreThreshold);

// Rows of [image id, class, score, left, top, right, bottom], as OpenCV's and Caffe's
// DetectionOutput layer writes them; only the boxes of the given image are returned. A negative
// image id ends the list.
std::vector<RelativeBox> decodeSsd(std::span<const float> rows, int image, double scoreThreshold);

// Greedy non-maximum suppression per class: the best score first; a box is dropped if its
// intersection over union with a kept one is above the threshold. The result has the best first,
// and no more than `most`; ties keep their order. Only the 30,000 best are looked at, as in
// ultralytics/ultralytics: utils/nms.py.
std::vector<RelativeBox> nonMaximumSuppression(std::vector<RelativeBox> boxes, double threshold,
                                               std::size_t most = 30'000);
// The same for boxes that are turned, of an input of width x height pixels: a box is dropped if a
// better one of its class, kept or not, overlaps it by the threshold or more. The overlap is that
// of two normal distributions with the boxes' extents: Llerena et al., Gaussian Bounding Boxes and
// Probabilistic Intersection-over-Union for Object Detection (2021); ultralytics/ultralytics:
// utils/metrics.py (batch_probiou), utils/nms.py.
std::vector<RelativeBox> rotatedSuppression(std::vector<RelativeBox> boxes, double threshold,
                                            int width, int height, std::size_t most);
bool betterFirst(const RelativeBox &one, const RelativeBox &other);

} // namespace warmbench
