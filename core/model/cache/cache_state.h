// What the cache's methods, its loader thread and the handles share: entries, memory, statistics.
// It outlives the cache for as long as a handle does.
//
// Thread: any; one mutex. Methods that REQUIRE it want mutex() held, those that EXCLUDE it must be
// called without. Nothing here blocks on a load, calls a continuation or destroys a network while
// the mutex is held. Private to this folder.
//
// The life of a bundle:
//   publish  The loader thread has loaded it. An instance with it comes to be, and the entry that
//            was loaded adopts the instance, in place of the one that it held before.
//   adopt    From now on the entry's requests get handles on this instance. A name and its versions
//            share one: before "digits version 3" is loaded, its twin is looked for, which is the
//            instance that another entry of "digits" holds of the same version.
//   retire   No entry holds it any more: it was unloaded, evicted, forgotten, or replaced by a
//            refresh. It never serves again, and lives on for the handles that were given out.
//   bury     It is retired and its last handle has gone, in whichever order: its bundle is dead,
//            and waits for the loader thread. The instance still counts as memory in use.
//   destroyDead
//            The loader thread destroys the bundle (where that thread has ended, whoever releases
//            the last handle), counts its memory as given back, tells of it (Gone) and answers the
//            unloads that waited for it.
#pragma once

#include "model/cache/cache_entry.h"
#include "model/cache/cache_events.h"

#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

namespace warmbench {

class CacheState : public std::enable_shared_from_this<CacheState>
{
public:
    using Entry = std::shared_ptr<CacheEntry>;
    using Instance = std::shared_ptr<CachedInstance>;

    // Something for the loader thread: the pending work of an entry, an unload that waits for its
    // turn behind a load, a description, or a look at the files.
    struct Task
    {
        enum class Kind : std::uint8_t { Work, Unload, Describe, Look } kind = Kind::Work;
        Entry entry = {};
        ModelCache::Done unloaded = {};
        ModelCache::DescribeDone described = {};
    };

    CacheState(const Clock &clock, CacheOptions options);

    Mutex &mutex() const WARMBENCH_ATTRIBUTE(lock_returned(cacheMutex)) { return m_mutex; }
    const Clock &clock() const { return m_clock; } // not after the cache is gone
    CacheEvents &events() { return m_events; }

    // Entries.
    Entry find(const ModelId &id) const REQUIRES(cacheMutex);
    Entry findOrAdd(const ModelId &id) REQUIRES(cacheMutex);
    // The name's own and those of its versions; the reference holds until one is added or removed.
    const std::vector<Entry> &entriesOf(const std::string &name) const REQUIRES(cacheMutex);
    std::vector<Entry> entries() const REQUIRES(cacheMutex); // in the order of their ids
    // Retires what the name's entries hold, and leads to none of them any more.
    void forget(const std::string &name) REQUIRES(cacheMutex);
    // The entry's pending work, queued where there was none.
    PendingWork &pend(const Entry &entry) REQUIRES(cacheMutex);

    // The hit path. Empty: not Ready (or closing).
    ModelHandle ready(const ModelId &id, Purpose purpose, SteadyTime now) REQUIRES(cacheMutex);
    void count(CacheEntry &entry, CacheOutcome outcome) REQUIRES(cacheMutex);
    // A handle on what the entry holds.
    ModelHandle use(CacheEntry &entry, SteadyTime now) REQUIRES(cacheMutex);

    // Instances, in the order of their lives.
    Instance publish(CacheEntry &entry, const LoadPlan &plan, std::unique_ptr<ModelBundle> model,
                     std::shared_ptr<const ModelStatus::Facts> facts, Bytes bytes)
        REQUIRES(cacheMutex);
    // The same where the bundle has the network of the instance that the entry holds: that
    // network's memory counts for the new instance alone from then on.
    void replace(CacheEntry &entry, const LoadPlan &plan, std::unique_ptr<ModelBundle> model,
                 std::shared_ptr<const ModelStatus::Facts> facts) REQUIRES(cacheMutex);
    void adopt(CacheEntry &entry, const Instance &instance) REQUIRES(cacheMutex);
    // Of this version in another entry of the name; with a digest, only of those files.
    Instance twin(const ModelId &id, const std::string &version, const std::string *digest) const
        REQUIRES(cacheMutex);
    void retire(const Instance &instance) REQUIRES(cacheMutex);
    // Retires what the entry holds. `done` waits for it and for those that were retired before;
    // where there are none, it is returned, to be called once the mutex is free.
    ModelCache::Done unload(CacheEntry &entry, ModelCache::Done done) REQUIRES(cacheMutex);
    // Called by the instance's last handle, on any thread.
    void released(CachedInstance &instance) EXCLUDES(cacheMutex);
    // Called where what has been retired shall be gone afterwards. On the loader thread while it
    // runs.
    void destroyDead() EXCLUDES(cacheMutex);

    // Retires what the entry holds, which will never run again.
    void breakDown(CacheEntry &entry, const Error &error) REQUIRES(cacheMutex);

    bool isPinned(const CachedInstance &instance) const REQUIRES(cacheMutex);
    // Whether a load or refresh of an entry that holds it is under way.
    bool busy(const CachedInstance &instance) const REQUIRES(cacheMutex);

    // Memory. Evicts idle, unpinned instances but never `keep` until `needed` fits, counting
    // without `without`; where that cannot be enough, evicts nothing and says why.
    Result<void> makeRoom(const std::string &what, Bytes needed, const CachedInstance *keep,
                          Bytes without) REQUIRES(cacheMutex);
    // For the load under way, in place of what was reserved before.
    void reserve(Bytes bytes) REQUIRES(cacheMutex) { m_reserved = bytes; }
    // For something that is no model. Evicts nothing; ResourceExhausted with the numbers.
    Result<void> lend(const std::string &what, Bytes bytes) REQUIRES(cacheMutex);
    void takeBack(Bytes bytes) REQUIRES(cacheMutex) { m_lent -= bytes; }
    void setBudget(Bytes budget) REQUIRES(cacheMutex);
    void setKeepAlive(Milliseconds keepAlive) REQUIRES(cacheMutex);
    Milliseconds keepAlive() const REQUIRES(cacheMutex) { return m_options.keepAlive; }
    void evictIdle(SteadyTime now) REQUIRES(cacheMutex);

    CacheStatistics statistics() const REQUIRES(cacheMutex) { return m_statistics; }
    ModelStatus status(const CacheEntry &entry) const REQUIRES(cacheMutex);
    void countLoad() REQUIRES(cacheMutex) { ++m_statistics.loads; }
    void countLoadFailure() REQUIRES(cacheMutex) { ++m_statistics.loadFailures; }

    // The loader's queue.
    void push(Task task) REQUIRES(cacheMutex);
    void lookSoon() REQUIRES(cacheMutex); // at most one look at the files waits
    // The next task; none while bundles wait for their end.
    std::optional<Task> take() REQUIRES(cacheMutex);
    void waitForWork() REQUIRES(cacheMutex);
    // Puts aside a load whose files are being tried out, and what has to wait behind it.
    void park(Task task) REQUIRES(cacheMutex);
    bool isParked(const Entry &entry) const REQUIRES(cacheMutex);
    // The trial of the entry's files has ended: what was put aside for it is next in the queue.
    void unpark(const Entry &entry, PendingWork::Tried tried) REQUIRES(cacheMutex);
    bool closing() const REQUIRES(cacheMutex) { return m_closing; }
    // Refuses new work from now on; returns what was queued or put aside.
    std::deque<Task> beginClosing() REQUIRES(cacheMutex);
    void retireAll() REQUIRES(cacheMutex);
    // From now on whoever releases a last handle destroys its bundle. Returns the unloads that wait
    // for handles which may never go.
    std::vector<ModelCache::Done> loaderEnded() REQUIRES(cacheMutex);

private:
    // A bundle without users.
    struct Dead
    {
        Instance instance;
        std::unique_ptr<const ModelBundle> model;
    };
    // What belongs to a name: nothing that is done for one model looks at all the others.
    struct OfName
    {
        std::vector<Entry> entries;
        std::vector<Instance> alive;
    };

    const OfName &ofName(const std::string &name) const REQUIRES(cacheMutex);
    void dropNameIfEmpty(const std::string &name) REQUIRES(cacheMutex);
    bool isHeld(const Instance &instance) const REQUIRES(cacheMutex); // by an entry
    // What an unload of the entry waits for: what it holds, and what was retired before.
    std::vector<Instance> aliveFor(const ModelId &id) const REQUIRES(cacheMutex);
    // Passes the bundle to the dead where the instance is retired and nobody uses it.
    void bury(const Instance &instance) REQUIRES(cacheMutex);
    // After the bundle's end. Returns the unloads that this was the last thing to wait for.
    std::vector<ModelCache::Done> countDestroyed(const CachedInstance &instance)
        REQUIRES(cacheMutex);

    bool evictable(const CachedInstance &instance) const REQUIRES(cacheMutex);
    // `why` follows "digits evicted ".
    void evict(const Instance &instance, const std::string &why) REQUIRES(cacheMutex);
    // Models that cannot leave, each with its size and what keeps it.
    std::vector<std::string> blockers(const CachedInstance *keep) const REQUIRES(cacheMutex);

    // Whether the invariants hold for what belongs to this name. For assert().
    bool holds(const std::string &name) const REQUIRES(cacheMutex);

    mutable Mutex m_mutex; // guards no member by this name: they say cacheMutex
    Condition m_wake;
    const Clock &m_clock;
    CacheOptions m_options GUARDED_BY(cacheMutex); // its budget is m_statistics'
    CacheEvents m_events;

    // Invariants, asserted by holds() after each change:
    // - m_byName has each of m_entries and each of m_alive once, under its name, and no name
    //   without either.
    // - m_alive are the instances whose bundles are not destroyed yet, and m_statistics.modelBytes
    //   is the sum of their sizes.
    // - An instance in m_alive is either retired or held by at least one entry, never both.
    // - An entry holds an instance of its own name and, where it names a version, of that version.
    // - An entry that holds an instance has no failure.
    // - An instance without its bundle is retired: the bundle is in m_dead, or with the thread that
    //   destroys it.
    std::unordered_map<ModelId, Entry> m_entries GUARDED_BY(cacheMutex);
    std::unordered_map<std::string, OfName> m_byName GUARDED_BY(cacheMutex);
    std::vector<Instance> m_alive GUARDED_BY(cacheMutex);
    std::vector<Dead> m_dead GUARDED_BY(cacheMutex);
    std::deque<Task> m_tasks GUARDED_BY(cacheMutex);
    std::deque<Task> m_parked GUARDED_BY(cacheMutex);
    CacheStatistics m_statistics GUARDED_BY(cacheMutex); // modelBytes and budget are kept current
    Bytes m_reserved GUARDED_BY(cacheMutex);             // for the load under way
    Bytes m_lent GUARDED_BY(cacheMutex);                 // for what is no model
    bool m_closing GUARDED_BY(cacheMutex) = false;
    bool m_loaderEnded GUARDED_BY(cacheMutex) = false;

    std::atomic<std::int64_t> m_latestNs{0}; // the newest time any caller saw: spares clock calls
    std::atomic<std::uint64_t> m_useOrder{0};
};

} // namespace warmbench
