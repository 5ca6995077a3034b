// What can be said of a model that is not loaded.
//
// Thread: the loader's. Private to this folder.
#pragma once

#include "model/cache/cache_state.h"
#include "model/model_source.h"

namespace warmbench {

// The facts of the entry's model: of what is loaded, else from its files. What was said before
// holds while the files stay, a refusal too: reading a large file again for each that asks would
// keep loads waiting. Errors as ModelCache::describe.
Result<std::shared_ptr<const ModelStatus::Facts>>
describeEntry(CacheState &state, ModelSource &source, CacheEntry &entry);

} // namespace warmbench
