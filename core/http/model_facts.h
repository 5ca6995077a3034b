// A model with what its files say of it: its inputs, outputs and settings.
// Thread: any; does not wait.
#pragma once

#include "base/result.h"
#include "inference/workbench.h"

#include <functional>

namespace warmbench::http {

// Calls back with status.facts set; at once where the model is loaded, else after a look into its
// files. Loads nothing: a GET changes no state and evicts nobody, though a page of another origin
// may send it (browsers name no Origin for what an <img> fetches). A model that was unloaded on
// request, or whose load failed, is described all the same. NotFound as unknownModel;
// FailedPrecondition: the files cannot be read, with the reason.
void withFacts(Workbench &workbench, const ModelId &id,
               const std::function<void(Result<ModelView>)> &done);

} // namespace warmbench::http
