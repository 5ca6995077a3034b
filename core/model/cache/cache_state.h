// What the cache's methods, its loader thread and the handles share: entries, memory, statistics.
// It outlives the cache for as long as a handle does.
//
// Thread: any; one mutex. Methods that take a Lock want mutex() held by it; those that do not must
// be called without. Nothing here blocks on a load, calls a continuation or destroys a network
// while the mutex is held.
#pragma once

#include "model/cache/cache_entry.h"
#include "model/cache/cache_events.h"

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace warmbench {

class CacheState : public std::enable_shared_from_this<CacheState>
{
public:
    using Lock = std::unique_lock<std::mutex>;
    using Entry = std::shared_ptr<CacheEntry>;
    using Instance = std::shared_ptr<CachedInstance>;

    // Something for the loader thread: the pending work of an entry, an unload that waits for its
    // turn behind a load, a description, or a look at the files.
    struct Task
    {
        enum class Kind : std::uint8_t { Work, Unload, Describe, Look } kind = Kind::Work;
        Entry entry;
        ModelCache::Done unloaded;
        ModelCache::DescribeDone described = {};
    };
    // A bundle without users, on its way to the loader thread that destroys it.
    struct Dead
    {
        Instance instance;
        std::unique_ptr<const ModelBundle> model;
    };

    CacheState(const Clock &clock, CacheOptions options);

    Lock lock() { return Lock(m_mutex); }
    const Clock &clock() const { return m_clock; } // not after the cache is gone
    CacheEvents &events() { return m_events; }

    // Entries.
    Entry find(const Lock &, const ModelId &id) const;
    Entry findOrAdd(const Lock &, const ModelId &id);
    // The name's own and those of its versions; the reference holds until one is added or removed.
    const std::vector<Entry> &entriesOf(const Lock &, const std::string &name) const;
    std::vector<Entry> entries(const Lock &) const;
    void remove(const Lock &, const ModelId &id);

    // The hit path. Empty: not Ready (or closing).
    ModelHandle ready(const Lock &, const ModelId &id, Purpose purpose, SteadyTime now);
    void count(const Lock &, CacheEntry &entry, CacheOutcome outcome);
    // A handle on what the entry holds.
    ModelHandle use(const Lock &, CacheEntry &entry, SteadyTime now);
    // Another entry of the name that holds this version; with a digest, only those files.
    Instance twin(const Lock &, const ModelId &id, const std::string &version,
                  const std::string *digest) const;

    // Instances.
    Instance publish(const Lock &, CacheEntry &entry, const LoadPlan &plan,
                     std::unique_ptr<ModelBundle> model,
                     std::shared_ptr<const ModelStatus::Facts> facts, Bytes bytes);
    void adopt(const Lock &, CacheEntry &entry, const Instance &instance);
    void retire(const Lock &, const Instance &instance);
    void unload(const Lock &, CacheEntry &entry, const std::shared_ptr<PendingUnload> &pending);
    std::vector<Instance> alive(const Lock &, const ModelId &id) const;
    bool isPinned(const Lock &, const CachedInstance &instance) const;
    // A load or refresh of an entry that holds it is under way.
    bool busy(const Lock &, const CachedInstance &instance) const;
    // By the instance's last handle, on any thread.
    void released(CachedInstance &instance);
    // Takes the bundles that wait for their end; after destroying them call buried().
    std::vector<Dead> takeDead(const Lock &);
    std::vector<ModelCache::Done> buried(const Lock &, const std::vector<Dead> &dead);

    // Memory. Evicts idle, unpinned instances but never `keep` until `needed` fits, counting
    // without `without`; where that cannot be enough, evicts nothing and says why.
    Result<void> makeRoom(const Lock &, const std::string &what, Bytes needed,
                          const CachedInstance *keep, Bytes without);
    void reserve(const Lock &, Bytes bytes) { m_reserved = bytes; }
    void setBudget(const Lock &, Bytes budget);
    void evictIdle(const Lock &, SteadyTime now);

    CacheStatistics statistics(const Lock &) const;
    ModelStatus status(const Lock &, const CacheEntry &entry) const;
    void countLoad(const Lock &, bool success)
    {
        ++(success ? m_statistics.loads : m_statistics.loadFailures);
    }
    void countUnload(const Lock &) { ++m_statistics.unloads; }

    // The loader's queue.
    void push(const Lock &, Task task);
    void lookSoon(const Lock &);            // at most one look at the files waits
    std::optional<Task> take(const Lock &); // none while bundles wait for their end
    void waitForWork(Lock &lock);
    bool closing(const Lock &) const { return m_closing; }
    // Refuses new work from now on; returns what was queued and not begun.
    std::deque<Task> beginClosing(const Lock &);
    void retireAll(const Lock &);
    // From now on last handles destroy their bundles themselves.
    std::vector<ModelCache::Done> loaderEnded(const Lock &);

private:
    bool evictable(const Lock &, const CachedInstance &instance) const;
    void evict(const Lock &, const Instance &instance, const std::string &why);
    void bury(const Lock &, const Instance &instance);
    std::vector<std::string> blockers(const Lock &, const CachedInstance *keep) const;

    // What belongs to a name: nothing that is done for one model looks at all the others.
    struct OfName
    {
        std::vector<Entry> entries;
        std::vector<Instance> alive;
    };
    const OfName &ofName(const std::string &name) const;

    std::mutex m_mutex;
    std::condition_variable m_wake;
    const Clock &m_clock;
    CacheOptions m_options;
    CacheEvents m_events;
    std::unordered_map<ModelId, Entry> m_entries;
    std::unordered_map<std::string, OfName> m_byName;
    std::vector<Instance> m_alive; // every instance whose bundle is not destroyed yet
    std::vector<Dead> m_dead;
    std::deque<Task> m_tasks;
    CacheStatistics m_statistics; // modelBytes and budget are kept current
    Bytes m_reserved;             // for the load under way
    bool m_closing = false;
    bool m_loaderEnded = false;
    std::atomic<std::int64_t> m_latestNs{0}; // the newest time any caller saw: spares clock calls
    std::atomic<std::uint64_t> m_useOrder{0};
};

} // namespace warmbench
