// A network loaded beside the cache: to look inside, to measure or to compare. What is served stays
// as it is.
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

// The network of `plan`. `claim` begins the message where memory is short, as for
// ModelCache::borrow. Errors: those of a load; ResourceExhausted with the numbers.
Result<NetworkCopy> loadBeside(LoadPlan plan, const std::string &claim, ModelSource &source,
                               ModelCache &cache);

struct CopyWish
{
    std::string purpose;     // "Looking inside digits", for the message where memory is short
    std::string engine = {}; // empty: the model's own
    std::string inner = {};  // as EngineOptions
    bool timeLayers = false; // as EngineOptions
};

// A copy of a loaded model's network, with a single instance. Errors: those of loadBeside;
// FailedPrecondition: the files have changed since the model was loaded.
Result<NetworkCopy> copyOf(const ModelBundle &model, const CopyWish &wish, ModelSource &source,
                           ModelCache &cache);

} // namespace warmbench
