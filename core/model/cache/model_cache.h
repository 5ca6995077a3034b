// The models in memory: each loaded once, shared by everyone who asks, swapped on refresh, evicted
// when idle.
//
// States: Registered -> Probing -> Loading -> Ready -> Retiring -> Registered; Probing and Loading
// may end in Failed(reason), which the next attempt leaves. A refresh keeps the old instance Ready
// until the new one is warm, and for good where the new file is bad. Gone is an event, not a state:
// an instance has lost its last use, and its memory is given back, while its model may be in any
// state.
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
#include "model/cache/memory_loan.h"
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

// Retiring: unloaded or evicted, and still in use.
enum class ModelState : std::uint8_t { Registered, Probing, Loading, Ready, Retiring, Failed };
// "registered", "probing", "loading", "ready", "retiring", "failed"
const char *modelStateName(ModelState state);

struct Acquired
{
    ModelHandle handle;
    CacheOutcome outcome = CacheOutcome::Hit;
};

// Predictions alone count as hit, miss or coalesced.
enum class Purpose : std::uint8_t { Prediction, Other };

// Forced: loads again although the files are those that are loaded.
enum class RefreshKind : std::uint8_t { IfChanged, Forced };

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
    // How the last instance left the memory where it was evicted; empty while one is loaded.
    struct Eviction
    {
        std::string why; // "to make room for digits", "after 30 min without use"
        WallTime when;
    };
    std::optional<Eviction> evicted;
    std::chrono::nanoseconds loadTime{};
    // The bundle's facts, for views; holds no pin on the network. Null before the first load or
    // description.
    struct Facts
    {
        std::string digest;
        std::string engine;
        std::string chosen; // as ModelBundle::chosen
        Bytes fileBytes;
        Bytes memory;
        ModelFiles files;
        NetworkSpec spec;
        ModelSettings settings;
        InputPlan input;
        Understood understood;
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
    ModelId id{};
    std::string text{};                  // a sentence for the log
    std::chrono::nanoseconds loadTime{}; // Loaded, Refreshed
    // Evicted, LoadFailed, RefreshFailed: the version concerned; empty if unknown.
    std::string version{};
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

    // Loads the model unless it is loaded, whether or not it failed a moment ago. Errors as
    // acquire.
    void load(const ModelId &id, Done done);
    // Loads the model again; the old instance serves until the new one is ready. Two at once join;
    // a model that is not loaded is loaded. Errors as acquire; a model that was loaded stays so.
    void refresh(const ModelId &id, RefreshKind kind, RefreshDone done);
    // Drops the model, behind the load that is under way; `done` is called after the last use has
    // ended. A model that is not loaded is no error. NotFound (neither the source nor the cache
    // knows the name), Unavailable (closing; `done` is called then although uses go on).
    void unload(const ModelId &id, Done done);
    // Facts of a model: of what is loaded, else of its files, which are read on the loader thread
    // once as long as they do not change. Nothing is loaded, evicted, counted or told to listeners,
    // and a model that was unloaded on request stays so. Errors as acquire, except for room.
    void describe(const ModelId &id, DescribeDone done);
    // Pinned models are never evicted; what is asked here stands above the model's settings. Holds
    // for a model that is not loaded yet, too. NotFound (unknown name), Unavailable (closing).
    Result<void> setPinned(const ModelId &id, bool pinned);
    // Drops what the cache knows of a model that left the repository.
    void forget(const std::string &name);

    // Takes a part of the budget for networks that are measured beside the cache; evicts nothing.
    // ResourceExhausted with the numbers: it is not free; the message begins with `what`.
    Result<MemoryLoan> borrow(const std::string &what, Bytes bytes);
    // One of those networks was loaded.
    void countLoad();

    // Evicts what has been idle too long and looks for changed files. Called once a second by the
    // housekeeping thread.
    void housekeep();

    CacheStatistics statistics() const;
    std::optional<ModelStatus> status(const ModelId &id) const; // empty: never asked for
    std::vector<ModelStatus> statuses() const; // all that were ever asked for, by name
    // Evicts what is idle until the rest fits; what is pinned or in use stays, however much.
    void setBudget(Bytes budget);
    // How long a model stays without use where its settings do not say; `forever`: until memory is
    // short. Holds for loaded models at once; those idle for longer go with the next housekeeping.
    void setKeepAlive(Milliseconds keepAlive);
    Milliseconds keepAlive() const;

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
