// Reads a line of text from what a recogniser says step by step.
//
// Each step scores all classes: class 0 is "nothing new", the others are characters. The best class
// of each step counts, the same one twice in a row is one character (best path of connectionist
// temporal classification, Graves et al. 2006, section 3.2; PaddlePaddle/PaddleOCR
// ppocr/postprocess/rec_postprocess.py, CTCLabelDecode). The score is the mean of those of the
// characters. Thread: any; a pure function. Cost: one look at each number.
#pragma once

#include "inference/sample_result.h"

#include <cstddef>
#include <span>
#include <string>

namespace warmbench {

// `scores` are [steps, classes], probabilities or, where they are none, logits. There is a name
// for each class. NaN is never the best; a step of NaN alone says nothing.
TextLine readTextLine(std::span<const float> scores, std::size_t classes,
                      std::span<const std::string> names);

} // namespace warmbench
