// Predictions as the JSON of POST /predict and of `warmbench predict`. Thread: any; pure functions.
#pragma once

#include "base/result.h"
#include "inference/inference_types.h"

#include <string>

namespace warmbench {

// {"prediction": ..., "outputs": ..., "model": ..., "results": [...], "timings_ms": {...}}
std::string predictionJson(const Prediction &prediction);
// The same within what the control allows; what it says between samples, ResourceExhausted before
// anything is written.
Result<std::string> predictionJson(const Prediction &prediction, RunControl &control);

} // namespace warmbench
