// Where the cache gets models from. The program uses FileModelSource, which takes them from the
// repository; tests have a fake. Thread: any for contains(), chooseEngine() and enginesFor(). The
// cache's loader thread and the threads that measure, compare and look inside networks call the
// rest.
#pragma once

#include "base/result.h"
#include "model/model_bundle.h"
#include "model/understanding/files_beside.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace warmbench {

// What is known about a load before it starts.
struct LoadPlan
{
    ModelId id; // its version is the one that will be loaded
    std::string digest;
    std::string filesDigest; // of the files alone, whatever their settings say
    Bytes estimate;          // memory to reserve, from the sizes of the weights in the file
    ModelFiles files;
    ModelSettings settings;
    FilesBeside beside;
    std::vector<FileStamp> stamps;
    Bytes fileBytes;
    int instances = 1;     // copies of the network
    bool replaces = false; // a loaded instance, which goes on serving where this one does not do
    std::string engine;    // that a person chose for this model; empty: settings and options decide
    std::string inner;     // as EngineOptions::inner
    bool timeLayers = false; // as EngineOptions::timeLayers
};

// What is known about a model without loading it.
struct ModelDescription
{
    std::string engine; // the engine that would run it
    NetworkSpec spec;
    ModelSettings settings; // with what the network's file fills in
    InputPlan input;
    Understood understood;
    std::vector<std::string> warnings;
};

class ModelSource
{
public:
    virtual ~ModelSource() = default;
    // NotFound with the nearest known name and how to list them all. It is cheap: a look-up under a
    // mutex and, for an unknown name, a few looks at the disk in folders that have not been scanned
    // for some seconds.
    virtual Result<void> contains(const ModelId &id) const = 0;
    virtual Result<LoadPlan> probe(const ModelId &id) = 0;
    // The same a moment later: files that have their stamps of the plan `before` are not read
    // again.
    virtual Result<LoadPlan> probeAgain(const ModelId &id, const LoadPlan & /*before*/)
    {
        return probe(id);
    }
    // The same with another settings file than the model's own. FailedPrecondition: this source
    // reads none.
    virtual Result<LoadPlan> probeWith(const ModelId &id,
                                       const std::filesystem::path & /*settings*/)
    {
        return failedPrecondition("The model \"" + id.name + "\" takes no other settings here.");
    }
    // The memory that the loaded model will keep. If the format allows, it is computed from the
    // files, and decides how many instances the plan has; it is never less than the plan's
    // estimate.
    virtual Result<Bytes> estimate(LoadPlan &plan) { return plan.estimate; }
    virtual Result<std::unique_ptr<ModelBundle>> load(const LoadPlan &plan) = 0;
    // Whether these files may be loaded into this process: a value or an error once they were tried
    // out, nothing before. Cheap.
    virtual std::optional<Result<void>> tried(const LoadPlan & /*plan*/) { return Result<void>(); }
    // Tries them in a process of its own, which takes the time of a load at least, and keeps what
    // it finds. Not on the loader thread. FailedPrecondition: they crash the engine or never end.
    // ResourceExhausted: they take too much memory. Cancelled: `stop` came first. Errors of load().
    virtual Result<void> tryOut(const LoadPlan & /*plan*/, const std::stop_token & /*stop*/)
    {
        return {};
    }
    // Ends the trials that load() and describe() make by themselves, now and later.
    virtual void stopTrials() {}
    // A bundle for the plan around the network of `loaded`, where its files, engine and instances
    // are those of the plan and only settings or labels differ; null where it has to be loaded.
    // Errors as load().
    virtual Result<std::unique_ptr<ModelBundle>> adapt(const LoadPlan & /*plan*/,
                                                       const ModelBundle & /*loaded*/)
    {
        return std::unique_ptr<ModelBundle>();
    }
    // Describes the model from its files alone if the format allows that; else it loads the network
    // and drops it at once.
    virtual Result<ModelDescription> describe(const LoadPlan &plan) = 0;
    // Engines that read the model's format, the preferred one first.
    virtual std::vector<std::string> enginesFor(const LoadPlan & /*plan*/) const { return {}; }
    // The engine for later plans of this name, above settings and options; empty: they decide.
    virtual void chooseEngine(const std::string & /*name*/, const std::string & /*engine*/) {}
    // What a person changed of the settings (model/settings_edits.h), for later plans of this name;
    // empty: nothing.
    virtual void setEdits(const std::string & /*name*/, const std::string & /*edits*/) {}
    virtual std::string edits(const std::string & /*name*/) const { return {}; }
    // The present stamps of the same files. Called once a second for each loaded model.
    virtual std::vector<FileStamp> stampsNow(const ModelBundle &model) const = 0;
};

} // namespace warmbench
