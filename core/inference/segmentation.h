// Turns the outputs of semantic segmentation into one class for each pixel of the picture that was
// sent.
//
// Scores are enlarged bilinearly and the best class wins, as transformers'
// post_process_semantic_segmentation does it. An output with one score a pixel has two classes: 1
// where the score is above 0.5, or above 0 where the scores are no probabilities. Whole numbers are
// the classes themselves. Thread: pure functions. Cost: linear in the pixels; where classes meet,
// in pixels x classes. Private to this room.
#pragma once

#include "base/result.h"
#include "inference/decoders/decoder.h"
#include "inference/model_outputs.h"
#include "inference/run_control.h"
#include "inference/sample_result.h"

#include <optional>
#include <span>
#include <string>

namespace warmbench {

// How the numbers of one sample are stored: the number at class c, row y and column x has the index
// c * eachClass + y * eachRow + x * eachColumn.
struct ScorePlanes
{
    std::span<const float> values;
    int classes = 0; // 0: the numbers are the classes
    int width = 0;
    int height = 0;
    std::size_t eachClass = 0;
    std::size_t eachRow = 0;
    std::size_t eachColumn = 0;
};

// [classes, height, width], [height, width, classes] or [height, width]; of two readings, the one
// whose sides are in proportion to the network's input. `whole`: the network gives whole numbers.
// Nothing if the sample has none of these forms.
std::optional<ScorePlanes> scorePlanes(const SampleView &sample, bool whole, int inputWidth,
                                       int inputHeight, bool channelsLast);

// InvalidArgument: there are more classes than pictures of classes can hold (65,535). With the
// errors of `limits`, in which the result reserves its memory.
Result<Segmentation> segmented(const ScorePlanes &planes, const Placement &placement,
                               std::span<const std::string> labels, RunControl &limits);

} // namespace warmbench
