// Compares the engines that read a model: loads the network into each of them, beside the cache,
// runs all on the same inputs, and tells time, memory and how far the answers are apart.
//
// Inputs are the settings' known answers, those that the loaded model saw last, and values that
// look random and are the same every time. Times are medians of runs by one caller, taken in turns,
// so that another load on the machine strikes all engines alike. Thread: any but loader and http:
// it takes the time of two loads and of some seconds of runs.
#pragma once

#include "base/clock.h"
#include "engine/verdicts/verdict.h"
#include "model/cache/model_cache.h"
#include "model/model_source.h"

#include <stop_token>

namespace warmbench {

// Errors: those of ModelSource::probe; FailedPrecondition: no engine loads the model, with the
// reason of the preferred one, or it takes none of the inputs;
// ResourceExhausted with the numbers: the networks do not fit beside what is loaded; Unavailable:
// `stop` was requested.
Result<Verdict> measureEngines(const ModelId &id, ModelSource &source, ModelCache &cache,
                               const Clock &clock, const std::stop_token &stop);

} // namespace warmbench
