// Models as the Open Inference Protocol and TensorFlow Serving look at them: which answers for a
// name and version, whether it is ready, and what its files say of it. Thread: any; nothing here
// loads or waits.
#pragma once

#include "base/result.h"
#include "inference/workbench.h"

#include <functional>
#include <string>
#include <vector>

namespace warmbench::http {

// "Request for unknown model: 'N' is not found", word by word as Triton's clients compare it.
Error unknownModel(const ModelId &id);

// The model with the status that answers for the version: a version of its own, or the one that
// serves. NotFound as unknownModel.
Result<ModelView> openModel(const Workbench &workbench, const ModelId &id);
// False after an unload on request and after a load that failed; a model never loaded is ready.
bool isReady(const ModelView &view);
// Numbers of all versions, lowest first; "1" where there are no numbered folders.
std::vector<std::string> versionsOf(const ModelView &view);

// Calls back with status.facts set; at once where the model is loaded, else after a look into its
// files. Loads nothing: a GET changes no state and evicts nobody, though a page of another origin
// may send it (browsers name no Origin for what an <img> fetches). A model that was unloaded on
// request, or whose load failed, is described all the same. NotFound as unknownModel;
// FailedPrecondition: the files cannot be read, with the reason.
void withFacts(Workbench &workbench, const ModelId &id,
               const std::function<void(Result<ModelView>)> &done);

} // namespace warmbench::http
