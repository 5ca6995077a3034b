// Keeps a preparation that agrees in the settings file beside the model, with a golden answer that
// shows later whether it still does.
//
// The person's other keys stay as they are. Each file is written whole or not at all, the settings
// file last; where it cannot be written, the copies made for it are taken away again.
// Thread: any that may wait for the disk; one at a time for a model.
#pragma once

#include "base/result.h"
#include "model/model_bundle.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace warmbench {

struct GoldenFiles
{
    std::filesystem::path input;
    std::filesystem::path expected; // .npy or .npz
    double difference = 0;          // the largest that was seen
};

struct KeptSettings
{
    std::filesystem::path file;
    std::vector<std::filesystem::path> copies; // of input and expected numbers
};

// Files of the golden answer that lie outside of the settings file's folder are copied into it.
// InvalidArgument: the settings file is no JSON any more; FailedPrecondition: a file cannot be read
// or written.
Result<KeptSettings> keepPreparation(const ModelBundle &model, const Preprocessing &how,
                                     const std::optional<GoldenFiles> &golden);

} // namespace warmbench
