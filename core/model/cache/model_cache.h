// The models in memory: each loaded once, shared by everyone who asks, swapped on refresh, evicted
// when idle.
//
// States: Registered -> Probing -> Loading -> Ready -> Retiring -> Gone, and from any of them
// Failed(reason). A refresh keeps the old instance Ready until the new one is warm, and for good
// where the new file is bad.
//
// Thread: every method may be called from any thread and never blocks on a load: work goes to the
// one loader thread, and the continuation runs there (or at once, on the calling thread, where the
// answer is known: a hit, an unknown name). It must be quick and may call the cache again. Events
// are heard in the order in which they happened, one at a time and outside the cache's locks, on
// the thread that caused them or on one that was delivering just then. Cost: acquire of a loaded
// model takes one lookup under a mutex; at most 200 ns alone, 2 us with 8 threads.
#pragma once

#include "base/clock.h"
#include "base/duration.h"
#include "model/cache/cache_statistics.h"
#include "model/cache/model_handle.h"
#include "model/model_source.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace warmbench {

enum class CacheOutcome : std::uint8_t { Hit, Miss, Coalesced };
const char *cacheOutcomeName(CacheOutcome outcome); // "hit", "miss", "coalesced"

enum class ModelState : std::uint8_t { Registered, Probing, Loading, Ready, Retiring, Failed };
const char *modelStateName(
    ModelState state); // "registered", "probing", "loading", "ready", "retiring", "failed"

struct Acquired
{
    ModelHandle handle;
    CacheOutcome outcome = CacheOutcome::Hit;
};

enum class Purpose : std::uint8_t {
    Prediction,
    Other
}; // only predictions count as hit, miss or coalesced

struct RefreshReport
{
    bool reloaded = false; // false: nothing had changed
    std::string oldDigest; // empty: was not loaded
    std::string newDigest;
    Bytes oldMemory;
    Bytes newMemory;
    std::chrono::nanoseconds loadTime{};
};

struct ModelStatus
{
    ModelId id; // version empty for the serving entry
    std::string loadedVersion;
    std::string lastVersion; // that was loaded; stays after an unload
    ModelState state = ModelState::Registered;
    std::string reason; // why Failed, or why the last refresh failed while Ready
    bool changedOnDisk = false;
    bool refreshing = false;
    bool pinned = false;
    bool unloadedOnRequest = false; // by unload(); cleared by load or prediction
    int inUse = 0;
    std::int64_t hits = 0;
    std::int64_t misses = 0;
    std::int64_t coalesced = 0;
    std::optional<WallTime> lastUsed;
    std::optional<WallTime> expiresAt;
    std::chrono::nanoseconds loadTime{};
    // The bundle's facts, for views; holds no pin on the network. Null before the first load or
    // description.
    struct Facts
    {
        std::string digest;
        std::string engine;
        Bytes fileBytes;
        Bytes memory;
        ModelFiles files;
        NetworkSpec spec;
        ModelSettings settings;
        InputPlan input;
        std::vector<std::string> warnings;
    };
    // Of the loaded bundle; where none is, of the last one or of the last description.
    std::shared_ptr<const Facts> facts;
};

enum class ModelEventKind : std::uint8_t {
    LoadStarted,
    Loaded,
    LoadFailed,
    Refreshed,
    RefreshFailed,
    Unloaded, // on request
    Evicted,  // to make room, or idle
    Gone,     // the last use has ended, memory is returned
    Changed,  // pinned, unpinned, changed on disk
};
struct ModelEvent
{
    ModelEventKind kind = ModelEventKind::Changed;
    ModelId id;
    std::string text;                    // a sentence for the log
    std::chrono::nanoseconds loadTime{}; // Loaded, Refreshed
    std::string version{}; // Evicted, LoadFailed, RefreshFailed: that did; empty: unknown
};

struct CacheOptions
{
    Bytes budget = {std::int64_t(1) << 40};
    Milliseconds keepAlive = forever; // unless the model's settings say
    ReloadMode reload = ReloadMode::Notice;
};

class ModelCache
{
public:
    ModelCache(ModelSource &source, const Clock &clock, CacheOptions options);
    ~ModelCache(); // close()
    ModelCache(const ModelCache &) = delete;
    ModelCache &operator=(const ModelCache &) = delete;

    using AcquireDone = std::function<void(Result<Acquired>)>;
    using Done = std::function<void(Result<void>)>;
    using RefreshDone = std::function<void(Result<RefreshReport>)>;
    using DescribeDone = std::function<void(Result<std::shared_ptr<const ModelStatus::Facts>>)>;

    // Errors through `done`: NotFound (unknown name), FailedPrecondition (cannot load, with the
    // reason), ResourceExhausted (no room in the budget, with the numbers), Unavailable (closing).
    // A model that failed is tried again at each acquire once its file has changed or 1 s has
    // passed; in between the same reason comes back at once.
    void acquire(const ModelId &id, Purpose purpose, AcquireDone done);
    // The hit path alone: a handle where the model is Ready, else empty and nothing counted.
    std::optional<ModelHandle> acquireIfReady(const ModelId &id, Purpose purpose);

    void load(const ModelId &id, Done done); // loaded already: nothing changes
    void refresh(const ModelId &id, bool force,
                 RefreshDone done);            // two at once join; not loaded: loads
    void unload(const ModelId &id, Done done); // done after the last use has ended
    // Facts of a model, loaded or not: what is loaded tells its own, else the files are read on the
    // loader thread, once as long as they do not change. Nothing is loaded, evicted, counted or
    // told to listeners, and an unload on request stays one. Errors as acquire, except for room.
    void describe(const ModelId &id, DescribeDone done);
    Result<void> setPinned(const ModelId &id, bool pinned); // pinned models are never evicted
    // Drops what the cache knows of a model that left the repository.
    void forget(const std::string &name);

    // Evicts what has been idle too long and looks for changed files. Called once a second by the
    // housekeeping thread.
    void housekeep();

    CacheStatistics statistics() const;
    std::optional<ModelStatus> status(const ModelId &id) const; // empty: never asked for
    std::vector<ModelStatus> statuses() const; // all that were ever asked for, by name
    void setBudget(Bytes budget);

    // One listener; set before use. Replaced by an empty function to end.
    void setListener(std::function<void(const ModelEvent &)> listener);

    // Refuses new work (Unavailable), waits for the load under way, joins the loader. Idempotent.
    // Handles stay valid.
    void close();

private:
    struct Private;
    std::unique_ptr<Private> m_d;
};

} // namespace warmbench
