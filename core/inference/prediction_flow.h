// Makes one prediction with a model: decode, preprocess, run, postprocess. Each phase is timed.
//
// Samples are processed in pieces of as many as run together within a fixed amount of memory.
// Memory is reserved before it is used; deadline and cancellation are checked between samples and
// between pieces. Thread: a worker of the pool. Cost: that of the network.
#pragma once

#include "inference/inference_types.h"

namespace warmbench {

// `stop` is requested once nobody waits any more: it ends even a run that is under way, if the
// engine can. Fills in all timings except Load, Queue and total. Errors as in inference_types.h;
// Cancelled or DeadlineExceeded between two steps; ResourceExhausted if the request needs more
// memory than it may have.
Result<Prediction> runPrediction(const ModelBundle &model, const InferenceRequest &request,
                                 SteadyTime deadline, const Clock &clock,
                                 std::stop_token stop = {});

// The same for samples that are prepared pictures, as preprocess() makes them: inputs beside the
// picture are filled as they are for a picture.
Result<Prediction> runPrepared(const ModelBundle &model, const InferenceRequest &request,
                               SteadyTime deadline, const Clock &clock, std::stop_token stop = {});

} // namespace warmbench
