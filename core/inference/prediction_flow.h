// One prediction from handle to result: decode, preprocess, run, postprocess, each phase timed.
// Thread: a worker of the pool. Cost: that of the network.
#pragma once

#include "inference/inference_types.h"

namespace warmbench {

// Fills all timings but Queue and total. Errors as in inference_types.h; Cancelled or
// DeadlineExceeded between two phases.
Result<Prediction> runPrediction(const LoadedModel &model, const InferenceRequest &request,
                                 SteadyTime deadline, const Clock &clock);

} // namespace warmbench
