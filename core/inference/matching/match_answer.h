// What a prediction says of a picture, as one word that can be laid beside others.
// Thread: any; a pure function. Private to this folder.
#pragma once

#include "inference/inference_types.h"
#include "inference/matching/match.h"

#include <vector>

namespace warmbench {

// One a sample: the best class, or what was found; none where the task has no labels.
std::vector<MatchAnswer> answersOf(const Prediction &prediction);

} // namespace warmbench
