// What the Open Inference Protocol and Triton's extensions say of models: metadata, configuration,
// statistics, the repository's index. Thread: any; nothing here loads or waits.
#pragma once

#include "base/result.h"
#include "inference/workbench.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace warmbench::http {

// Both need view.status.facts. maxBatch: as BatchLimits::of says.
std::string openMetadataJson(const ModelView &view);
std::string openConfigJson(const ModelView &view, std::int64_t maxBatch);

std::string openIndexJson(const Workbench &workbench, bool readyAlone);
// {"model_stats": [...]}: of one version, of all versions of a name, of all models (empty name).
Result<std::string> openStatisticsJson(Workbench &workbench, const ModelId &id);

} // namespace warmbench::http
