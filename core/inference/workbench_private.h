// What a workbench is made of.
//
// Thread: the members say; each guards itself, or names its mutex. Private to this folder.
#pragma once

#include "base/mutex.h"
#include "inference/description_runner.h"
#include "inference/equipped_source.h"
#include "inference/measurement/measurement_runner.h"
#include "inference/model_choices.h"
#include "inference/prediction_runner.h"
#include "inference/start_tracker.h"
#include "inference/workbench.h"

#include <atomic>
#include <fmt/format.h>
#include <map>
#include <thread>

namespace warmbench {

struct Workbench::Private
{
    Private(WorkbenchOptions o, const Clock &c, std::unique_ptr<ModelSource> s);

    std::unique_ptr<ModelSource> makeLoader();
    void heard(const ModelEvent &event);
    void count(const ModelEvent &event);
    // The version that is loaded if none is asked for.
    std::string servingVersion(const std::string &name) const
    {
        if (!repository.contains(name))
            return "1";
        const auto entry = repository.find(name);
        return entry && entry->highest() > 0 ? std::to_string(entry->highest()) : "1";
    }

    // A folder that is opened may bring files that tell of a model in it.
    void refreshLoaded(const std::string &name)
    {
        const auto status = cache.status({name, {}});
        if (status && status->facts)
            cache.refresh({name, {}}, RefreshKind::IfChanged, [](const Result<RefreshReport> &) {});
    }
    void start(const std::string &name)
    {
        starts.begin();
        cache.load({name, {}}, [this](const Result<void> &result) { starts.end(result); });
    }

    void moveChoices(const std::string &name, const std::string &wanted,
                     const std::optional<ModelStatus> &before);
    void noteMeasured(const ModelId &id, const std::string &digest)
    {
        {
            const MutexLock lock(measuredMutex);
            measured[id.name] = digest;
        }
        heard({ModelEventKind::Changed, id,
               fmt::format("{} was measured with each engine", id.text())});
    }
    void addVerdict(ModelView &view) const
    {
        std::string digest;
        if (view.status.facts) {
            digest = view.status.facts->digest;
        } else {
            const MutexLock lock(measuredMutex);
            const auto found = measured.find(view.entry.name);
            digest = found == measured.end() ? std::string() : found->second;
        }
        view.verdict = digest.empty() ? nullptr : verdicts.find(digest);
    }

    void keepHouse(const std::stop_token &stop);
    void waitForLook(const std::stop_token &stop, SteadyTime look) REQUIRES(houseMutex);
    void lookBy(Milliseconds allowed);
    void goRound();
    void lookThroughFolders(const std::stop_token &stop);
    void takeSample();
    void openFoundModels();
    void dropMeters();

    const WorkbenchOptions options;
    const Clock &clock;
    Repository repository;
    std::unique_ptr<ModelSource> source;
    Metrics metrics;
    VerdictStore verdicts; // after the source, which sets the threads of a run
    EquippedSource equipped{*source, metrics, verdicts, clock, options.deadline};
    ModelCache cache;
    ModelChoices choices{*source, cache};
    Scheduler scheduler;
    PredictionRunner runner{cache, scheduler, metrics, clock, options.requestMemory};
    MatchRunner matches{cache, scheduler, clock};
    DescriptionRunner descriptions{cache, clock};
    mutable Mutex measuredMutex;
    // Digests by name, for models that have not been loaded.
    std::map<std::string, std::string> measured GUARDED_BY(measuredMutex);
    MeasurementRunner measurements{
        *source, cache, verdicts, clock,
        [this](const ModelId &id, const std::string &digest) { noteMeasured(id, digest); }};
    InspectionRunner inspections{repository, *source, cache, clock};
    Histogram::Values latencyBefore;

    ComparisonRunner comparisons{{*source, cache, scheduler, clock, runner.memory()}};
    ProfileRunner profiles{{*source, cache, runner}};

    Mutex listenerMutex;
    std::map<int, std::function<void(const ModelEvent &)>> listeners GUARDED_BY(listenerMutex);
    int nextListener GUARDED_BY(listenerMutex) = 1;

    StartTracker starts;
    mutable Mutex firstMutex;
    std::string firstModel GUARDED_BY(firstMutex);

    std::atomic<bool> stopping{false};
    Mutex houseMutex;
    StoppableCondition houseWake;
    Condition roundEnded;
    std::uint64_t roundsWanted GUARDED_BY(houseMutex) = 0;
    std::uint64_t roundsDone GUARDED_BY(houseMutex) = 0;
    bool houseClosed GUARDED_BY(houseMutex) = false;
    // When deadlines are checked next; written under houseMutex.
    std::atomic<SteadyTime> nextLook{SteadyTime::max()};
    Mutex stopMutex;
    std::jthread house GUARDED_BY(stopMutex);
    std::jthread folders GUARDED_BY(stopMutex);
};

} // namespace warmbench
