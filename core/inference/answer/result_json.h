// The results of a prediction as JSON: classes, detections with points and masks, segmentations,
// text. Thread: any; pure functions. Private to this folder.
#pragma once

#include "base/result.h"
#include "inference/inference_types.h"

#include <string>

namespace warmbench {

// Appends [{...}, ...], one entry a sample. What control says between samples and objects; memory
// for masks is reserved in it as they are written, for all else by jsonBytes() beforehand.
Result<void> appendResults(std::string &out, const Prediction &prediction, RunControl &control);

} // namespace warmbench
