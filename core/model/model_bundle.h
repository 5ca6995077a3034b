// One loaded model: network, spec, settings, labels and digest as an immutable bundle. Whoever
// holds a handle sees all of them from one moment; a refresh makes a new bundle and leaves this one
// alone. Thread: any; nothing changes after construction.
#pragma once

#include "base/bytes.h"
#include "engine/engine.h"
#include "model/input_plan.h"
#include "model/model_id.h"
#include "model/model_settings.h"
#include "model/seen_inputs.h"
#include "model/understanding/understanding.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace warmbench {

class ModelMeter; // a class of metrics, which this room does not include

// Size and time of a file when it was read; they show later that it has changed, without reading it
// again.
struct FileStamp
{
    std::filesystem::path path;
    std::int64_t size = -1; // -1: the file is not there
    std::int64_t modifiedNs = 0;
    bool operator==(const FileStamp &) const = default;
};
FileStamp stampOf(const std::filesystem::path &path);

struct ModelBundle
{
    // The name, and the version that is loaded ("1" if the folder has no versions).
    ModelId id;
    std::string digest; // "sha256:<hex>" over model, external data, settings and labels
    std::string engine; // "opencv"
    std::string chosen; // the engine that a person chose for it; empty: nobody did
    Bytes fileBytes;    // size of all its files
    Bytes memory;       // memory that it takes while loaded: measured if possible, else estimated
    std::chrono::nanoseconds loadTime{};
    ModelFiles files;
    std::vector<FileStamp> stamps; // every file of the bundle, settings and labels included
    ModelSettings settings;
    InputPlan input;
    Understood understood;
    std::size_t primaryOutput = 0;     // index of the output that `prediction` shows
    std::size_t scoresOutput = 0;      // index of the output that the task is about
    std::vector<std::string> warnings; // about network, settings and plan
    std::string doubt; // why its answers may be wrong, for each of them; one of the warnings, too
    std::shared_ptr<Network> network;  // never null once published
    std::shared_ptr<ModelMeter> meter; // for those who count predictions; null if nobody does
    std::shared_ptr<SeenInputs> seen;  // null if nobody wants them

    const NetworkSpec &spec() const { return network->spec(); }
};

// The extent that counts the classes of an output with one score for each class: [N, classes], or
// [N, classes, 1, 1] as purely convolutional networks have it. Null if the output has another form.
const Dimension *classesOf(const TensorSpec &output);

} // namespace warmbench
