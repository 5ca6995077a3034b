// The whole of Warmbench without window and HTTP: both of them call this class, and other programs
// can embed it.
//
// It owns, in this order, repository, engines, loader, cache, scheduler, metrics, the thread
// "measure" that compares engines, the thread "compare" that compares models, the thread "inspect"
// that looks inside networks, the thread "profile" that measures models, and the thread
// "housekeeping" that once a second evicts idle models,
// looks for changed files of loaded ones, answers what is past its deadline and takes a sample for
// the charts. Another thread ("folders") looks through the folders for models that came or went, at
// most once a second and within a small share of a core. Everything is stopped and joined in the
// reverse order by stop() or the destructor.
//
// Thread: every method from any thread; none blocks on a load or a run. Continuations run on pool
// or loader threads, or at once on the caller's thread; a continuation that needs its own thread
// must post to it.
#pragma once

#include "base/clock.h"
#include "engine/verdicts/verdict.h"
#include "inference/comparison/comparison_runner.h"
#include "inference/inference_types.h"
#include "inference/inspection/inspection_runner.h"
#include "inference/matching/match_runner.h"
#include "inference/prediction_runner.h"
#include "inference/profile/profile_runner.h"
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
    int workers = 0;                       // 0: one for each core, at least 2
    int threads = 0;                       // threads within one run; 0: cores / instances
    Bytes requestMemory = mebibytes(1024); // for all requests of the window together
    std::string defaultModel;              // empty: the first registered
    bool preload = false;                  // load models in folders at the start, too
    std::filesystem::path verdicts;        // folder that keeps them; empty: in memory alone
};

// What /models shows of one model: the repository's entry and the cache's status.
struct ModelView
{
    RepositoryEntry entry;
    ModelStatus status;
    std::shared_ptr<const Verdict> verdict; // of its engines; null: not measured
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

    // Registers a file or folder. With `load`, a model that is named as a file starts loading.
    // Returns the names; those that are loaded already are refreshed if their files changed.
    Result<std::vector<std::string>> open(const std::filesystem::path &path, bool load);
    void remove(const std::string &name, ModelCache::Done done); // unloads and forgets
    // Serves a model under another name until the program ends; requests under the old one get 404
    // from then on, those in flight are answered. It is loaded anew if it was loaded, stays pinned
    // and keeps the engine that was chosen; its counters start anew. Errors as Repository::rename;
    // FailedPrecondition: it is the model of requests without a name by the program's options.
    void rename(const std::string &name, const std::string &wanted, ModelCache::Done done);
    // True once everything that open() started to load is loaded or has failed. For /ready.
    bool ready() const;
    // The first failure among what open(…, load=true) started, if any, in order.
    std::optional<Error> startFailure() const;
    // Calls `done` once, when ready() becomes true, or at once if it is.
    void whenReady(std::function<void()> done);

    using PredictDone = PredictionDone;
    // Errors: those of ModelCache::acquire, Scheduler::submit, decoding, preprocessing, the network
    // and postprocessing.
    void predict(InferenceRequest request, PredictDone done);

    // As ModelCache::describe, within the deadline that requests have by default.
    void describe(const ModelId &id, ModelCache::DescribeDone done);

    // What a person chooses for this model: an engine, changes of its settings that stand above the
    // settings file, and the changes written into that file, which blocks on the disk. As
    // ModelChoices.
    void refreshWith(const ModelId &id, const std::string &engine, ModelCache::RefreshDone done);
    void edit(const ModelId &id, const std::string &changes, ModelCache::RefreshDone done);
    Result<std::filesystem::path> saveEdits(const ModelId &id);

    // Compares the engines that read the model, on a thread of its own; keeps the verdict. Errors
    // as MeasurementRunner::measure.
    using Measured = Result<std::shared_ptr<const Verdict>>;
    void measure(const ModelId &id, std::function<void(Measured)> done);

    // Measures load, latency, throughput and layers on a thread of its own. Errors as
    // ProfileRunner::profile.
    void profile(ProfileRequest request, ProfileRunner::Done done);

    // Finds the preparation that gives a notebook's numbers. Errors as MatchRunner::match.
    void match(MatchRequest request, MatchRunner::Done done);

    // Compares two models, or one model loaded, set or prepared in two ways, on inputs that are
    // read meanwhile, on a thread of its own. Errors as ComparisonRunner::compare.
    void compare(ComparisonRequest request, ComparisonRunner::Done done);

    // Look inside a network, on a thread of its own. Errors as InspectionRunner's.
    void graph(const ModelId &id, InspectionRunner::GraphDone done, std::stop_token stop = {});
    void weights(const ModelId &id, const std::string &initialiser,
                 InspectionRunner::WeightsDone done, std::stop_token stop = {});
    // A tensor within the network for an input, computed on exactly what predict() gives it.
    void innerTensor(InnerTensorRequest request, InspectionRunner::TensorDone done);

    // The model that an empty name means. If none is registered: NotFound, with what to do.
    Result<std::string> defaultModel() const;
    // The version that a request without one gets; "1" if no files say.
    std::string servingVersion(const std::string &name) const;
    Result<ModelView> model(const ModelId &id)
        const; // NotFound names the nearest; the status is empty if it was never loaded
    // Sorted by name: at most `most` models whose names come after `after`.
    std::vector<ModelView> models(const std::string &after = {},
                                  std::size_t most = Repository::all) const;

    Repository &repository();
    ModelCache &cache();
    Metrics &metrics();
    const Scheduler &scheduler() const;
    const WorkbenchOptions &options() const;

    // Calls `listener` with every cache event, on any thread. It must be quick and must not add or
    // remove listeners. Returns an id for removeListener, which returns only when no call is under
    // way.
    int addListener(std::function<void(const ModelEvent &)> listener);
    void removeListener(int id);

    // Does one round of housekeeping and looks through all folders now; returns when that is done.
    // For tests, and for a caller that has just changed a file. Do not call it from a continuation
    // or listener.
    void keepHouse();

    // Refuses new work, lets work in flight end for at most `drain`, joins all threads. Idempotent.
    void stop(std::chrono::milliseconds drain);

private:
    struct Private;
    std::unique_ptr<Private> m_d;
};

} // namespace warmbench
