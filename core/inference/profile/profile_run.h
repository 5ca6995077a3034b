// Runs the series of a profile through the cache and the scheduler, as clients do, and measures
// the layers on copies beside the cache.
//
// Series go the way of every prediction and so count as such in the statistics of the cache. Their
// inputs are those that the model saw last where a series sends single samples, else numbers that
// look random and are the same every time. Thread: any but loader, workers and http: it waits for
// the runs.
#pragma once

#include "base/clock.h"
#include "inference/prediction_runner.h"
#include "inference/profile/profile.h"
#include "model/cache/model_cache.h"
#include "model/model_source.h"

namespace warmbench {

struct ProfileServices
{
    ModelSource &source;
    ModelCache &cache;
    PredictionRunner &predictions;
};

// Errors: those of ModelCache::acquire; those of the first series; Cancelled: `stop` was requested.
// What else fails is told within the profile.
Result<Profile> profileModel(const ProfileRequest &request, const ProfileServices &services,
                             const std::stop_token &stop);

} // namespace warmbench
