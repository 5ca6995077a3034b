// Where the cache gets models from. The real one is FileModelSource over the repository; tests have
// a fake. Thread: contains() any; the rest on the cache's loader thread only.
#pragma once

#include "base/result.h"
#include "model/model_bundle.h"

#include <memory>

namespace warmbench {

// What a load will take, found before it starts.
struct LoadPlan
{
    ModelId id; // with the version that will be loaded
    std::string digest;
    Bytes estimate; // memory to reserve, from the sizes of the weights in the file
    ModelFiles files;
    ModelSettings settings;
    std::vector<FileStamp> stamps;
    Bytes fileBytes;
    int instances = 1; // of the network
};

// What can be said of a model without loading it.
struct ModelDescription
{
    std::string engine; // that would run it
    NetworkSpec spec;
    InputPlan input;
    std::vector<std::string> warnings;
};

class ModelSource
{
public:
    virtual ~ModelSource() = default;
    // NotFound with the nearest known name and how to list them; cheap: a lookup under a mutex, and
    // a few looks at the disk for an unknown name in folders too large to be known by heart.
    virtual Result<void> contains(const ModelId &id) const = 0;
    virtual Result<LoadPlan> probe(const ModelId &id) = 0;
    // What the load will keep in memory, told before it starts where the format allows it; at least
    // what the plan says.
    virtual Result<Bytes> estimate(const LoadPlan &plan) { return plan.estimate; }
    virtual Result<std::unique_ptr<ModelBundle>> load(const LoadPlan &plan) = 0;
    // From the files alone where the format allows it; else by a network that is dropped at once.
    virtual Result<ModelDescription> describe(const LoadPlan &plan) = 0;
    // The stamps of the same files now; used once a second for each loaded model.
    virtual std::vector<FileStamp> stampsNow(const ModelBundle &model) const = 0;
};

} // namespace warmbench
