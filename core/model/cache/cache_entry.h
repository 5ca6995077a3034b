// The parts that the cache's state is made of: instances, entries and the work that is pending on
// them. Thread: everything but the atomics is guarded by CacheState's mutex.
#pragma once

#include "model/cache/model_cache.h"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace warmbench {

class CacheState;

Error closingError(); // Unavailable: new work is refused

// An unload waits for as many instances as were alive when it was asked for.
struct PendingUnload
{
    int left = 0;
    ModelCache::Done done;
};

// A loaded bundle in the cache's hands. Several entries may share one ("digits" and "digits
// version 3"). Retired: no entry leads to it any more, it goes with its last handle.
struct CachedInstance final : ModelInstance, std::enable_shared_from_this<CachedInstance>
{
    std::shared_ptr<CacheState> state; // handles may outlive the cache
    ModelId loadedAs;                  // the entry that loaded it
    ModelId id;                        // with the version that was loaded
    std::string digest;
    Bytes bytes;
    std::chrono::nanoseconds loadTime{};
    Milliseconds keepAlive = forever;
    ReloadMode reload = ReloadMode::Notice;
    bool pinnedBySettings = false;
    std::shared_ptr<const ModelStatus::Facts> facts;

    std::atomic<bool> retired{false};
    std::atomic<std::uint64_t> useOrder{0}; // the least is evicted first

    bool used = false;             // a handle was given out
    std::vector<FileStamp> stamps; // of what is loaded
    std::vector<FileStamp> seen;   // differing stamps at the previous look; believed when they stay
    std::vector<FileStamp> tried;  // the change that was already refreshed by itself
    bool changedOnDisk = false;
    std::vector<std::shared_ptr<PendingUnload>> unloads;
};

// A load or refresh, queued or under way, and everyone who waits for it.
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
        bool late = false; // joined after the files were looked at
        bool force = false;
    };

    bool started = false;
    bool loading = false; // past the probe
    bool refresh = false; // wanted even where the model is loaded
    bool force = false;
    std::vector<AcquireWaiter> acquires;
    std::vector<ModelCache::Done> loads;
    std::vector<RefreshWaiter> refreshes;
};

// What the cache knows of one name, or of one version of it.
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

    ModelId id;
    std::shared_ptr<CachedInstance> instance;
    std::unique_ptr<PendingWork> work;
    std::optional<Failure> failure; // of the last load
    std::optional<Description> description;
    std::string refreshFailure; // of the last refresh while Ready
    std::optional<bool> pinned; // as somebody asked; else the settings decide
    bool forgotten = false;
    bool unloadedOnRequest = false;
    std::int64_t hits = 0;
    std::int64_t misses = 0;
    std::int64_t coalesced = 0;
    std::optional<std::int64_t> lastUsedNs; // steady clock
    std::string lastVersion;
    std::chrono::nanoseconds lastLoadTime{};
    std::shared_ptr<const ModelStatus::Facts> facts;
};

} // namespace warmbench
