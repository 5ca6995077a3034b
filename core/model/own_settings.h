// The settings file that is one model's alone, to be written. Thread: any that may wait for the
// disk; one at a time for a model.
#pragma once

#include "base/result.h"
#include "model/json_value.h"
#include "model/model_id.h"
#include "model/model_settings.h"

#include <filesystem>

namespace warmbench {

struct ModelFiles;

struct OwnSettings
{
    std::filesystem::path file; // perhaps not there yet
    JsonValue value;            // an Object: what the file says; for a new one, what was in use
};

// The settings file in use where it is this model's alone, else the one beside the model that is.
// InvalidArgument: the file is no JSON any more; errors also as readFile.
Result<OwnSettings> ownSettings(const ModelId &id, const ModelFiles &files,
                                const ModelSettings &settings);

// Writes the file whole or not at all; members that are null are left out. InvalidArgument: a
// settings file may not say that, and nothing is written; FailedPrecondition: it cannot be written.
Result<void> writeSettings(const std::filesystem::path &file, JsonValue value);

} // namespace warmbench
