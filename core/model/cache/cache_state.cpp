#include "model/cache/cache_state.h"

#include "base/exceptions.h"
#include "base/text.h"
#include "model/model_source.h"

#include <algorithm>
#include <cassert>
#include <fmt/format.h>
#include <iterator>

namespace warmbench {
namespace {

std::int64_t nanoseconds(SteadyTime time)
{
    return std::chrono::nanoseconds(time.time_since_epoch()).count();
}

// Reads the count so that a release on another thread is either seen here or sees what was written
// before this call: a read-modify-write takes part in the order of the counter's changes.
int usesOf(CachedInstance &instance)
{
    return instance.inUse.fetch_add(0, std::memory_order_acq_rel);
}

} // namespace

CacheState::CacheState(const Clock &clock, CacheOptions options)
    : m_clock(clock)
    , m_options(options)
{
    m_statistics.budget = options.budget;
}

// ---- entries

CacheState::Entry CacheState::find(const ModelId &id) const
{
    const auto found = m_entries.find(id);
    return found == m_entries.end() ? nullptr : found->second;
}

CacheState::Entry CacheState::findOrAdd(const ModelId &id)
{
    Entry &entry = m_entries[id];
    if (!entry) {
        entry = std::make_shared<CacheEntry>(id);
        m_byName[id.name].entries.push_back(entry);
    }
    assert(holds(id.name));
    return entry;
}

void CacheState::forget(const std::string &name)
{
    for (const Entry &entry : entriesOf(name)) {
        const Instance instance = entry->instance;
        if (!instance)
            continue;
        ++m_statistics.unloads;
        m_events.post(
            {ModelEventKind::Unloaded, entry->id, fmt::format("{} removed", entry->id.text())});
        retire(instance);
    }
    const auto named = m_byName.find(name);
    if (named == m_byName.end())
        return;
    for (const Entry &entry : std::exchange(named->second.entries, {})) {
        entry->forgotten = true;
        m_entries.erase(entry->id);
    }
    dropNameIfEmpty(name);
    assert(holds(name));
}

PendingWork &CacheState::pend(const Entry &entry)
{
    if (!entry->work) {
        entry->work = std::make_unique<PendingWork>();
        push({.kind = Task::Kind::Work, .entry = entry});
    }
    return *entry->work;
}

void CacheState::dropNameIfEmpty(const std::string &name)
{
    const auto named = m_byName.find(name);
    if (named != m_byName.end() && named->second.entries.empty() && named->second.alive.empty())
        m_byName.erase(named);
}

const CacheState::OfName &CacheState::ofName(const std::string &name) const
{
    static const OfName none;
    const auto found = m_byName.find(name);
    return found == m_byName.end() ? none : found->second;
}

const std::vector<CacheState::Entry> &CacheState::entriesOf(const std::string &name) const
{
    return ofName(name).entries;
}

std::vector<CacheState::Entry> CacheState::entries() const
{
    std::vector<Entry> result;
    for (const auto &[id, entry] : m_entries)
        result.push_back(entry);
    std::sort(result.begin(), result.end(),
              [](const Entry &a, const Entry &b) { return a->id < b->id; });
    return result;
}

// ---- the hit path

ModelHandle CacheState::ready(const ModelId &id, Purpose purpose, SteadyTime now)
{
    if (m_closing)
        return {};
    const auto found = m_entries.find(id);
    if (found == m_entries.end())
        return {};
    CacheEntry &entry = *found->second;
    if (!entry.instance) {
        if (id.version.empty())
            return {};
        const Instance shared = twin(id, id.version, nullptr);
        if (!shared)
            return {};
        adopt(entry, shared);
        assert(holds(id.name));
    }
    if (purpose == Purpose::Prediction)
        count(entry, CacheOutcome::Hit);
    return use(entry, now);
}

void CacheState::count(CacheEntry &entry, CacheOutcome outcome)
{
    switch (outcome) {
    case CacheOutcome::Hit:
        ++entry.hits;
        ++m_statistics.hits;
        break;
    case CacheOutcome::Miss:
        ++entry.misses;
        ++m_statistics.misses;
        break;
    case CacheOutcome::Coalesced:
        ++entry.coalesced;
        ++m_statistics.coalesced;
        break;
    }
    entry.unloadedOnRequest = false;
}

ModelHandle CacheState::use(CacheEntry &entry, SteadyTime now)
{
    CachedInstance &instance = *entry.instance;
    assert(!instance.retired && instance.model);
    const std::int64_t nowNs = nanoseconds(now);
    entry.lastUsedNs = nowNs;
    instance.used = true;
    instance.lastUsedNs.store(nowNs, std::memory_order_relaxed);
    instance.useOrder.store(m_useOrder.fetch_add(1, std::memory_order_relaxed),
                            std::memory_order_relaxed);
    m_latestNs.store(nowNs, std::memory_order_relaxed);
    return ModelHandle(entry.instance);
}

CacheState::Instance CacheState::twin(const ModelId &id, const std::string &version,
                                      const std::string *digest) const
{
    // The serving entry first: it is the only one that a lookup finds without a search.
    if (const Entry serving = find({id.name, {}});
        serving && serving->instance && serving->instance->id.version == version &&
        (!digest || serving->instance->digest == *digest))
        return serving->instance;
    const Entry own = find({id.name, version});
    if (own && own->instance && digest && own->instance->digest == *digest)
        return own->instance;
    return nullptr;
}

// ---- instances

CacheState::Instance CacheState::publish(CacheEntry &entry, const LoadPlan &plan,
                                         std::unique_ptr<ModelBundle> model,
                                         std::shared_ptr<const ModelStatus::Facts> facts,
                                         Bytes bytes)
{
    auto instance = std::make_shared<CachedInstance>(shared_from_this(), entry.id, *model, bytes,
                                                     std::move(facts), m_options);
    instance->stamps = model->stamps.empty() ? plan.stamps : model->stamps;
    instance->lastUsedNs = nanoseconds(m_clock.now());
    instance->useOrder = m_useOrder.fetch_add(1);
    instance->model = std::move(model);
    instance->onLastRelease = [](ModelInstance &released) {
        auto &cached = static_cast<CachedInstance &>(released);
        cached.state->released(cached);
    };
    m_alive.push_back(instance);
    m_byName[instance->id.name].alive.push_back(instance);
    m_statistics.modelBytes += bytes;

    const Instance old = entry.instance;
    adopt(entry, instance);
    if (old) {
        for (const Entry &other : entriesOf(entry.id.name)) {
            if (other->instance != old)
                continue;
            if (other->id.version.empty() || other->id.version == instance->id.version)
                adopt(*other, instance);
        }
        if (!isHeld(old))
            retire(old);
    }
    assert(holds(entry.id.name));
    return instance;
}

void CacheState::replace(CacheEntry &entry, const LoadPlan &plan,
                         std::unique_ptr<ModelBundle> model,
                         std::shared_ptr<const ModelStatus::Facts> facts)
{
    const Instance old = entry.instance;
    const Bytes memory = std::exchange(old->bytes, {});
    m_statistics.modelBytes -= memory;
    publish(entry, plan, std::move(model), std::move(facts), memory);
}

void CacheState::adopt(CacheEntry &entry, const Instance &instance)
{
    assert(!instance->retired && !entry.forgotten);
    entry.instance = instance;
    entry.failure.reset();
    entry.refreshFailure.clear();
    entry.unloadedOnRequest = false;
    entry.evicted.reset();
    entry.lastVersion = instance->id.version;
    entry.lastLoadTime = instance->loadTime;
    entry.facts = instance->facts;
}

void CacheState::retire(const Instance &instance)
{
    for (const Entry &entry : entriesOf(instance->id.name)) {
        if (entry->instance == instance) {
            entry->instance.reset();
            entry->refreshFailure.clear();
        }
    }
    instance->retired.store(true, std::memory_order_release);
    bury(instance);
    assert(holds(instance->id.name));
}

void CacheState::breakDown(CacheEntry &entry, const Error &error)
{
    const Instance instance = entry.instance;
    if (!instance || !instance->model)
        return;
    auto files = std::make_shared<ModelBundle>();
    files->id = instance->id;
    files->files = instance->model->files;
    files->stamps = instance->stamps;
    files->settings = instance->model->settings;
    m_events.post(
        {.kind = ModelEventKind::LoadFailed,
         .id = entry.id,
         .text = fmt::format("{} does not run any more: {}", entry.id.text(), error.message),
         .version = instance->id.version});
    retire(instance);
    entry.failure = CacheEntry::Failure{.error = error,
                                        .since = m_clock.now(),
                                        .retryAtOnce = false,
                                        .lasting = true,
                                        .files = std::move(files)};
}

bool CacheState::isHeld(const Instance &instance) const
{
    for (const Entry &entry : entriesOf(instance->id.name)) {
        if (entry->instance == instance)
            return true;
    }
    return false;
}

void CacheState::bury(const Instance &instance)
{
    if (!instance->retired || usesOf(*instance) != 0 || !instance->model)
        return;
    m_dead.push_back({instance, std::move(instance->model)});
    m_wake.notifyOne();
}

ModelCache::Done CacheState::unload(CacheEntry &entry, ModelCache::Done done)
{
    const auto waitedFor = aliveFor(entry.id);
    if (!waitedFor.empty()) {
        const auto pending = std::make_shared<PendingUnload>();
        pending->left = static_cast<int>(waitedFor.size());
        pending->done = std::exchange(done, {});
        for (const Instance &instance : waitedFor)
            instance->unloads.push_back(pending);
    }
    entry.unloadedOnRequest = true;
    entry.failure.reset();
    if (const Instance instance = entry.instance) {
        ++m_statistics.unloads;
        m_events.post({ModelEventKind::Unloaded, entry.id,
                       fmt::format("{} unloaded on request", entry.id.text())});
        retire(instance);
    }
    return done;
}

std::vector<CacheState::Instance> CacheState::aliveFor(const ModelId &id) const
{
    std::vector<Instance> result;
    const Entry entry = find(id);
    for (const Instance &instance : ofName(id.name).alive) {
        const bool ours = id.version.empty() || instance->id.version == id.version;
        if ((entry && instance == entry->instance) || (ours && instance->retired))
            result.push_back(instance);
    }
    return result;
}

bool CacheState::isPinned(const CachedInstance &instance) const
{
    bool unpinned = false;
    for (const Entry &entry : entriesOf(instance.id.name)) {
        if (entry->instance.get() != &instance || !entry->pinned)
            continue;
        if (*entry->pinned)
            return true;
        unpinned = true;
    }
    return instance.pinnedBySettings && !unpinned;
}

void CacheState::released(CachedInstance &instance)
{
    instance.lastUsedNs.store(m_latestNs.load(std::memory_order_relaxed),
                              std::memory_order_relaxed);
    instance.useOrder.store(m_useOrder.fetch_add(1, std::memory_order_relaxed),
                            std::memory_order_relaxed);
    if (!instance.retired.load(std::memory_order_acquire) &&
        instance.keepAlive.load(std::memory_order_relaxed).count() != 0)
        return;
    bool destroys = false;
    {
        const MutexLock lock(mutex());
        const Instance self = instance.shared_from_this();
        if (!instance.retired && !m_closing && evictable(instance))
            evict(self, "after its use, as its keep-alive of 0 asks");
        bury(self);
        destroys = m_loaderEnded;
    }
    if (destroys)
        destroyDead();
    m_events.deliver();
}

void CacheState::destroyDead()
{
    std::vector<Dead> dead;
    {
        const MutexLock lock(mutex());
        dead = std::exchange(m_dead, {});
    }
    if (dead.empty())
        return;
    for (Dead &one : dead)
        one.model.reset();
    releaseFreeMemory();
    std::vector<ModelCache::Done> unloaded;
    {
        const MutexLock lock(mutex());
        for (const Dead &one : dead)
            std::ranges::move(countDestroyed(*one.instance), std::back_inserter(unloaded));
    }
    m_events.deliver();
    for (const ModelCache::Done &done : unloaded)
        contained("loader", [&] { done({}); });
}

std::vector<ModelCache::Done> CacheState::countDestroyed(const CachedInstance &instance)
{
    const auto isIt = [&](const Instance &one) { return one.get() == &instance; };
    m_statistics.modelBytes -= instance.bytes;
    std::erase_if(m_alive, isIt);
    std::erase_if(m_byName.at(instance.id.name).alive, isIt);
    dropNameIfEmpty(instance.id.name);
    if (instance.bytes > Bytes{}) // else its network goes on in another instance
        m_events.post({ModelEventKind::Gone, instance.loadedAs,
                       fmt::format("{} gone, {} given back", instance.loadedAs.text(),
                                   toText(instance.bytes))});
    std::vector<ModelCache::Done> unloaded;
    for (const auto &pending : instance.unloads) {
        if (--pending->left == 0)
            unloaded.push_back(std::move(pending->done));
    }
    assert(holds(instance.id.name));
    return unloaded;
}

bool CacheState::holds(const std::string &name) const
{
    const OfName &named = ofName(name);
    if (m_byName.contains(name) == (named.entries.empty() && named.alive.empty()))
        return false;
    for (const Entry &entry : named.entries) {
        if (find(entry->id) != entry || entry->id.name != name || entry->forgotten)
            return false;
        const Instance &held = entry->instance;
        if (held && (entry->failure || std::ranges::count(named.alive, held) != 1 ||
                     (!entry->id.version.empty() && entry->id.version != held->id.version)))
            return false;
    }
    for (const Instance &instance : named.alive) {
        if (instance->id.name != name || instance->retired == isHeld(instance) ||
            (!instance->model && !instance->retired) || std::ranges::count(m_alive, instance) != 1)
            return false;
    }
    Bytes all;
    for (const Instance &instance : m_alive)
        all += instance->bytes;
    return all == m_statistics.modelBytes;
}

// ---- the loader's queue

void CacheState::push(Task task)
{
    m_tasks.push_back(std::move(task));
    m_wake.notifyOne();
}

void CacheState::lookSoon()
{
    const auto looks = [](const Task &task) { return task.kind == Task::Kind::Look; };
    if (std::none_of(m_tasks.begin(), m_tasks.end(), looks))
        push({.kind = Task::Kind::Look});
}

std::optional<CacheState::Task> CacheState::take()
{
    if (m_tasks.empty() || !m_dead.empty())
        return std::nullopt;
    Task task = std::move(m_tasks.front());
    m_tasks.pop_front();
    return task;
}

void CacheState::park(Task task)
{
    m_parked.push_back(std::move(task));
}

bool CacheState::isParked(const Entry &entry) const
{
    return std::ranges::find(m_parked, entry, &Task::entry) != m_parked.end();
}

void CacheState::unpark(const Entry &entry, PendingWork::Tried tried)
{
    if (!isParked(entry))
        return; // refused meanwhile, as the cache closes
    entry->work->tried = std::move(tried);
    // Before what was queued meanwhile, which may be an unload of the same entry.
    const auto others = std::stable_partition(
        m_parked.begin(), m_parked.end(), [&](const Task &task) { return task.entry == entry; });
    m_tasks.insert(m_tasks.begin(), std::make_move_iterator(m_parked.begin()),
                   std::make_move_iterator(others));
    m_parked.erase(m_parked.begin(), others);
    m_wake.notifyOne();
}

void CacheState::waitForWork()
{
    while (!m_closing && m_tasks.empty() && m_dead.empty())
        m_wake.wait(mutex());
}

std::deque<CacheState::Task> CacheState::beginClosing()
{
    m_closing = true;
    std::deque<Task> refused = std::exchange(m_parked, {});
    std::ranges::move(std::exchange(m_tasks, {}), std::back_inserter(refused));
    m_wake.notifyAll();
    return refused;
}

void CacheState::retireAll()
{
    for (const Instance &instance : std::vector<Instance>(m_alive)) {
        if (!instance->retired)
            retire(instance);
    }
}

std::vector<ModelCache::Done> CacheState::loaderEnded()
{
    m_loaderEnded = true;
    std::vector<ModelCache::Done> waiting;
    for (const Instance &instance : m_alive) {
        for (const auto &pending : instance->unloads) {
            if (pending->done)
                waiting.push_back(std::exchange(pending->done, {}));
        }
        instance->unloads.clear();
    }
    return waiting;
}

} // namespace warmbench
