// What the Open Inference Protocol and Triton's extensions say of models: metadata, configuration,
// statistics, the repository's index. Thread: any; nothing here loads or waits.
#pragma once

#include "base/result.h"
#include "inference/workbench.h"

#include <cstdint>
#include <string>
#include <string_view>

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

// Both need view.status.facts. maxBatch: as BatchLimits::of says.
std::string openMetadataJson(const ModelView &view);
std::string openConfigJson(const ModelView &view, std::int64_t maxBatch);

std::string openIndexJson(const Workbench &workbench, bool readyAlone);
// {"model_stats": [...]}: of one version, of all versions of a name, of all models (empty name).
Result<std::string> openStatisticsJson(Workbench &workbench, const ModelId &id);

} // namespace warmbench::http
