// The parts that the cache's state is made of: instances, entries and the work that is pending on
// them.
//
// Thread: everything but the constants and the atomics is guarded by the mutex of the cache that
// they belong to. Private to this folder.
#pragma once

#include "base/mutex.h"
#include "model/cache/model_cache.h"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace warmbench {

class CacheState;

// What Clang knows the cache's mutex by, wherever it is asked for: an entry does not say which
// cache it belongs to, and no entry meets those of another. Never defined; CacheState::mutex()
// returns the one that is meant.
extern Mutex cacheMutex;

Error closingError(); // Unavailable: new work is refused

// An unload waits for as many instances as were alive when it was asked for.
struct PendingUnload
{
    int left GUARDED_BY(cacheMutex) = 0;
    ModelCache::Done done GUARDED_BY(cacheMutex);
};

// A loaded bundle in the cache's hands. Several entries may share one ("digits" and "digits
// version 3").
struct CachedInstance final : ModelInstance, std::enable_shared_from_this<CachedInstance>
{
    // What is constant: `entry` is the one that loaded it.
    CachedInstance(std::shared_ptr<CacheState> cache, const ModelId &entry,
                   const ModelBundle &bundle, Bytes memory,
                   std::shared_ptr<const ModelStatus::Facts> told, const CacheOptions &options)
        : state(std::move(cache))
        , loadedAs(entry)
        , id(bundle.id)
        , digest(bundle.digest)
        , loadTime(bundle.loadTime)
        , ownKeepAlive(bundle.settings.keepAlive)
        , reload(bundle.settings.reload.value_or(options.reload))
        , pinnedBySettings(bundle.settings.pinned.value_or(false))
        , facts(std::move(told))
        , keepAlive(ownKeepAlive.value_or(options.keepAlive))
        , bytes(memory)
    {
    }

    const std::shared_ptr<CacheState> state; // handles may outlive the cache
    const ModelId loadedAs;
    const ModelId id; // with the version that was loaded
    const std::string digest;
    const std::chrono::nanoseconds loadTime;
    const std::optional<Milliseconds> ownKeepAlive; // as the model's settings say
    const ReloadMode reload;
    const bool pinnedBySettings;
    const std::shared_ptr<const ModelStatus::Facts> facts;

    std::atomic<bool> retired{false};       // written under the mutex, and never taken back
    std::atomic<std::uint64_t> useOrder{0}; // the least is evicted first
    std::atomic<Milliseconds> keepAlive;    // written under the mutex

    Bytes bytes GUARDED_BY(cacheMutex);       // nothing once another instance has the network
    bool used GUARDED_BY(cacheMutex) = false; // a handle was given out
    std::vector<FileStamp> stamps GUARDED_BY(cacheMutex); // of what is loaded
    // Differing stamps at the previous look, which are believed when they stay.
    std::vector<FileStamp> seen GUARDED_BY(cacheMutex);
    // The change that was already refreshed without being asked.
    std::vector<FileStamp> tried GUARDED_BY(cacheMutex);
    bool changedOnDisk GUARDED_BY(cacheMutex) = false;
    std::vector<std::shared_ptr<PendingUnload>> unloads GUARDED_BY(cacheMutex);
};

// A load or refresh, queued or under way, and everyone who waits for it. Reached through its entry
// alone, and so under the mutex, until the loader takes it away to answer.
struct PendingWork
{
    struct AcquireWaiter
    {
        ModelCache::AcquireDone done;
        CacheOutcome outcome = CacheOutcome::Miss;
    };
    struct RefreshWaiter
    {
        ModelCache::RefreshDone done;
        RefreshKind kind = RefreshKind::IfChanged;
        bool late = false; // joined after the files were looked at
    };

    // What a trial of these files found; a trial lets the work be done from its beginning again.
    struct Tried
    {
        LoadPlan plan;
        Result<void> found;
    };

    bool started = false;
    std::optional<Tried> tried;
    bool loading = false; // past the probe
    bool refresh = false; // wanted even where the model is loaded
    RefreshKind kind = RefreshKind::IfChanged;
    std::vector<AcquireWaiter> acquires;
    std::vector<ModelCache::Done> loads;
    std::vector<RefreshWaiter> refreshes;
};

// What the cache knows of one name, or of one version of it.
//
// `instance` is what serves; `failure` tells of the last load where none does: never both. `work`
// is there from the request until its answers are made, and stands in the loader's queue until it
// is started.
struct CacheEntry
{
    struct Failure
    {
        Error error;
        SteadyTime since;
        bool retryAtOnce = false; // the model was not at fault, or its file has changed
        bool lasting = false;     // no use to try again before its file has changed
        std::shared_ptr<const ModelBundle> files; // no network: the files as they were then
    };

    // What the files said when they were last described, and which files these were.
    struct Description
    {
        std::shared_ptr<const ModelBundle> files; // no network
        Result<std::shared_ptr<const ModelStatus::Facts>> facts;
    };

    explicit CacheEntry(ModelId of)
        : id(std::move(of))
    {
    }

    const ModelId id;
    std::shared_ptr<CachedInstance> instance GUARDED_BY(cacheMutex);
    std::unique_ptr<PendingWork> work GUARDED_BY(cacheMutex);
    std::optional<Failure> failure GUARDED_BY(cacheMutex);
    std::optional<Description> description GUARDED_BY(cacheMutex);
    std::string refreshFailure GUARDED_BY(cacheMutex); // of the last refresh while Ready
    // As somebody asked; otherwise the settings decide.
    std::optional<bool> pinned GUARDED_BY(cacheMutex);
    bool forgotten GUARDED_BY(cacheMutex) = false; // the cache does not lead to it any more
    bool unloadedOnRequest GUARDED_BY(cacheMutex) = false;
    std::optional<ModelStatus::Eviction> evicted GUARDED_BY(cacheMutex); // until the next load
    std::int64_t hits GUARDED_BY(cacheMutex) = 0;
    std::int64_t misses GUARDED_BY(cacheMutex) = 0;
    std::int64_t coalesced GUARDED_BY(cacheMutex) = 0;
    std::optional<std::int64_t> lastUsedNs GUARDED_BY(cacheMutex); // steady clock
    std::string lastVersion GUARDED_BY(cacheMutex);
    std::chrono::nanoseconds lastLoadTime GUARDED_BY(cacheMutex){};
    std::shared_ptr<const ModelStatus::Facts> facts GUARDED_BY(cacheMutex);
};

} // namespace warmbench
