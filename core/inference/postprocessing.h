// Turns a network's numbers into what a person reads: classes with scores, boxes, pictures.
// Thread: any; pure functions.
#pragma once

#include "base/result.h"
#include "inference/inference_types.h"
#include "model/model_bundle.h"

#include <span>
#include <vector>

namespace warmbench {

// exp(x - max) / sum in double, so that large logits do not overflow. NaN stays NaN.
std::vector<float> softmax(std::span<const float> logits);
std::vector<float> sigmoid(std::span<const float> logits);

// The k highest, best first; ties by lower index; NaN last. A class without a label is named by its
// index.
std::vector<ScoredClass> topK(std::span<const float> scores, int k,
                              std::span<const std::string> labels);

// The task that the settings name, or the one that the model suggests: Detection if a decoder is
// set, Classification for a [N, classes >= 2] or [N, classes >= 2, 1, 1] primary output of a
// network that has labels, takes pictures or ends in Softmax, Image for [N, 1|3, H, W] from a
// picture, else Tensor.
Task taskOf(const ModelBundle &model);

// One SampleResult a sample, by task. Outputs are in the network's order with the batch dimension
// first; `mappings` has one entry for each picture. It is empty if the input was no picture; boxes
// are then in pixels of the network's input.
//  - Classification: the activation of the settings; if unset, softmax unless the scores are
//  probabilities already.
//  - Detection: the decoder named in the settings, `ultraface` or `ssd` (detection.h), then NMS.
//  - Image: [N, 1|3, H, W], [N, H, W, 1|3] or [N, H, W] as a picture, in the range of the settings,
//  else in one that is guessed from the values (image_output.h).
//  - Text: [N, steps, classes] as one line of text (text_line.h); the labels name all classes.
//  - Segmentation: a class for each pixel (segmentation.h).
// FailedPrecondition: outputs do not have the form that the task needs; the message names them and
// what to set. InvalidArgument: the same, but the network takes inputs of any size, and what the
// client sent gave this form. With a `control`, also its errors, between samples and when the
// results need more memory than there is.
Result<std::vector<SampleResult>> postprocess(const ModelBundle &model,
                                              std::span<const NamedTensor> outputs,
                                              std::span<const ImageMapping> mappings,
                                              std::size_t samples, const AnswerOptions &wanted = {},
                                              RunControl *control = nullptr);

// The results of a prediction under other options: its outputs are decoded again, nothing runs and
// nothing is counted. FailedPrecondition: another state of the model predicted (its digest
// differs), or several pictures, whose places a prediction does not keep, or pictures whose outputs
// have several shapes; run it again. Else errors as postprocess().
Result<std::vector<SampleResult>>
answerAgain(const ModelBundle &model, const Prediction &prediction, const AnswerOptions &wanted);

} // namespace warmbench
