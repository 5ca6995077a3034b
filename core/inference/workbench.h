// The whole of Warmbench without window and protocol: what both of them call, and what other
// programs can embed.
//
// Owns, in this order: repository, engines, loader, cache, scheduler, metrics, and the housekeeping
// thread ("housekeeping") that once a second evicts idle models, looks for changed files of loaded
// ones, sweeps deadlines and takes a sample for the charts. Another one ("folders") looks through
// the folders for models that came or went, at most once a second and within a small share of a
// core. Everything is stopped and joined in the reverse order by stop() or the destructor.
//
// Thread: every method from any thread; none blocks on a load or a run. Continuations run on pool
// or loader threads, or at once on the caller's: hop to your own thread in them.
#pragma once

#include "base/clock.h"
#include "inference/inference_types.h"
#include "inference/prediction_runner.h"
#include "inference/scheduler.h"
#include "metrics/metrics.h"
#include "model/cache/model_cache.h"
#include "model/file_model_source.h"
#include "model/repository.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace warmbench {

struct WorkbenchOptions
{
    CacheOptions cache;
    LoaderOptions loader;
    int queueLimit = 256;
    Milliseconds deadline{30'000};
    int workers = 0;                       // 0: one a core, at least 2
    int threads = 0;                       // within one run; 0: cores / instances
    Bytes requestMemory = mebibytes(1024); // of the window's requests, all together
    std::string defaultModel;              // empty: the first registered
    bool preload = false;                  // models in folders load at start too
};

// What /models shows of one model: the repository's entry and the cache's status.
struct ModelView
{
    RepositoryEntry entry;
    ModelStatus status;
};

class Workbench
{
public:
    explicit Workbench(WorkbenchOptions options, const Clock &clock);
    // For tests: another source of models than the repository's loader.
    Workbench(WorkbenchOptions options, const Clock &clock, std::unique_ptr<ModelSource> source);
    ~Workbench();
    Workbench(const Workbench &) = delete;
    Workbench &operator=(const Workbench &) = delete;

    // Registers a file or folder. Models named as files start loading where `load` says. Returns
    // the names.
    Result<std::vector<std::string>> open(const std::filesystem::path &path, bool load);
    void remove(const std::string &name, ModelCache::Done done); // unloads and forgets
    // True once everything that open() started to load is up or failed. For /ready.
    bool ready() const;
    // The first failure among what open(…, load=true) started, if any, in order.
    std::optional<Error> startFailure() const;
    // Calls back once, when ready() has become true (at once if it is).
    void whenReady(std::function<void()> done);

    using PredictDone = PredictionDone;
    // Errors as ModelCache::acquire and Scheduler::submit, plus what decoding, preprocessing, the
    // network and postprocessing say.
    void predict(InferenceRequest request, PredictDone done);

    // As ModelCache::describe, within the deadline that requests have by default.
    void describe(const ModelId &id, ModelCache::DescribeDone done);

    // The model that an empty name means. NotFound with what to do where no model is registered.
    Result<std::string> defaultModel() const;
    // The version that a load without one would take; "1" where no files tell.
    std::string servingVersion(const std::string &name) const;
    Result<ModelView> model(const ModelId &id)
        const; // NotFound names the nearest; status of a never loaded one is empty
    // By name; those behind the name `after`, at most so many.
    std::vector<ModelView> models(const std::string &after = {},
                                  std::size_t most = Repository::all) const;

    Repository &repository();
    ModelCache &cache();
    Metrics &metrics();
    const Scheduler &scheduler() const;
    const WorkbenchOptions &options() const;

    // Hears every cache event; on any thread, quick, no call back into listeners. Returns an id for
    // removeListener, which returns only when no call is under way.
    int addListener(std::function<void(const ModelEvent &)> listener);
    void removeListener(int id);

    // One round of housekeeping and a look through all folders now; returns after it. For tests and
    // for who has just changed a file; not to be called from a continuation or listener.
    void keepHouse();

    // Refuses new work, drains what is in flight for at most `drain`, joins all threads.
    // Idempotent.
    void stop(std::chrono::milliseconds drain);

private:
    struct Private;
    std::unique_ptr<Private> m_d;
};

} // namespace warmbench
