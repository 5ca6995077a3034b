// From a network's numbers to what a person reads: classes with scores, boxes, pictures.
// Thread: any; pure functions.
#pragma once

#include "base/result.h"
#include "inference/inference_types.h"
#include "model/loaded_model.h"

#include <span>
#include <vector>

namespace warmbench {

// exp(x - max) / sum, in double, so that large logits do not overflow.
std::vector<float> softmax(std::span<const float> logits);
std::vector<float> sigmoid(std::span<const float> logits);
// The k highest, best first; ties by lower index; NaN last.
std::vector<ScoredClass> topK(std::span<const float> scores, int k,
                              std::span<const std::string> labels);
// Greedy non-maximum suppression per class: best score first; a box whose intersection over union
// with a kept one is above the threshold goes.
std::vector<Detection> nonMaximumSuppression(std::vector<Detection> boxes, double threshold);

// The task that the settings name, or the one the outputs suggest: Classification for one [N,
// classes >= 2] output of a labelled or softmaxed network, Image for a [N, 1|3, H, W] output, else
// Tensor.
Task taskOf(const LoadedModel &model);

// One SampleResult a sample, by task. Outputs carry the batch dimension, `mappings` one entry a
// sample for pictures.
//  - ultraface: `scores` [N, P, 2] (background, face) and `boxes` [N, P, 4] as corner fractions of
//  the picture; or SSD-encoded
//    offsets against the priors of Linzaer's detector when values say so (Caffe): see
//    decodeUltraface.
//  - ssd: [1, 1, D, 7] rows of image id, class, score, left, top, right, bottom as fractions
//  (OpenCV's DetectionOutput).
// FailedPrecondition: outputs that do not have the form that the decoder needs (named).
Result<std::vector<SampleResult>> postprocess(const LoadedModel &model,
                                              std::span<const NamedTensor> outputs,
                                              std::span<const ImageMapping> mappings,
                                              std::size_t samples,
                                              const std::optional<DecoderSettings> &override = {});

} // namespace warmbench
