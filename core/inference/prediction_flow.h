// One prediction from handle to result: decode, preprocess, run, postprocess, each phase timed.
//
// Samples go through it in pieces: so many as run together within a bounded amount of memory. What
// they become is reserved before it is made; deadline and cancellation are looked at between
// samples and between pieces. Thread: a worker of the pool. Cost: that of the network.
#pragma once

#include "inference/inference_types.h"

namespace warmbench {

// Fills all timings but Load, Queue and total. Errors as in inference_types.h; Cancelled or
// DeadlineExceeded between two steps, ResourceExhausted where the request's memory does not do.
Result<Prediction> runPrediction(const ModelBundle &model, const InferenceRequest &request,
                                 SteadyTime deadline, const Clock &clock);

} // namespace warmbench
