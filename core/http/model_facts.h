// A model with what is known of it once it was loaded: its inputs, outputs and settings.
// Thread: any; does not wait.
#pragma once

#include "base/result.h"
#include "inference/workbench.h"

#include <functional>

namespace warmbench::http {

// Calls back with status.facts set; at once where they are known, else after a load (which counts
// as one, and never as a miss). NotFound as unknownModel; FailedPrecondition: the model cannot
// load, or was unloaded on request before anything was known of it, which this does not undo.
void withFacts(Workbench &workbench, const ModelId &id,
               const std::function<void(Result<ModelView>)> &done);

} // namespace warmbench::http
