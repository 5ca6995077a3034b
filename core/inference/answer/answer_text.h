// What a prediction says, in one short phrase for people: the best class with its score, what was
// found, the share of each class of pixels, lines of text, or the numbers of the primary output.
//
// Thread: any; a pure function. Cost: one look at each number of the primary output where the task
// gives nothing else.
#pragma once

#include "inference/inference_types.h"

#include <string>

namespace warmbench {

// "three 99.3 %", "4 found: person 90 %, dog 81 %, ...", "road 61 %, sky 20 %", "[1, 1000], -3.1 to
// 12.4". Scores beyond 0 to 1 stay numbers. Of several samples the first one speaks, and the others
// are counted: "three 99.3 % and 9 more". On one line and at most some hundred characters long.
std::string answerText(const Prediction &prediction);

} // namespace warmbench
