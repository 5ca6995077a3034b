// A copy of a loaded model's network beside the cache, to look inside or to measure it. What is
// served stays as it is.
//
// Thread: any but loader and http. Cost: a load.
#pragma once

#include "model/cache/model_cache.h"
#include "model/model_bundle.h"
#include "model/model_source.h"

#include <memory>
#include <string>

namespace warmbench {

struct NetworkCopy
{
    MemoryLoan loan; // of the cache's budget; goes back after the network
    std::unique_ptr<ModelBundle> model;
};

struct CopyWish
{
    std::string purpose;     // "Looking inside digits", for the message where memory is short
    std::string engine = {}; // empty: the model's own
    std::string inner = {};  // as EngineOptions
    bool timeLayers = false; // as EngineOptions
};

// A copy with a single instance. Errors: those of a load; FailedPrecondition: the files have
// changed since the model was loaded; ResourceExhausted with the numbers: there is no room.
Result<NetworkCopy> copyOf(const ModelBundle &model, const CopyWish &wish, ModelSource &source,
                           ModelCache &cache);

} // namespace warmbench
