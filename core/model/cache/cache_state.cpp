#include "model/cache/cache_state.h"

#include "base/text.h"
#include "model/model_source.h"

#include <algorithm>
#include <fmt/format.h>

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

CacheState::Entry CacheState::find(const Lock &, const ModelId &id) const
{
    const auto found = m_entries.find(id);
    return found == m_entries.end() ? nullptr : found->second;
}

CacheState::Entry CacheState::findOrAdd(const Lock &, const ModelId &id)
{
    Entry &entry = m_entries[id];
    if (!entry) {
        entry = std::make_shared<CacheEntry>();
        entry->id = id;
        m_byName[id.name].entries.push_back(entry);
    }
    return entry;
}

void CacheState::remove(const Lock &, const ModelId &id)
{
    const auto found = m_entries.find(id);
    if (found == m_entries.end())
        return;
    const auto named = m_byName.find(id.name);
    std::erase(named->second.entries, found->second);
    if (named->second.entries.empty() && named->second.alive.empty())
        m_byName.erase(named);
    m_entries.erase(found);
}

const CacheState::OfName &CacheState::ofName(const std::string &name) const
{
    static const OfName none;
    const auto found = m_byName.find(name);
    return found == m_byName.end() ? none : found->second;
}

const std::vector<CacheState::Entry> &CacheState::entriesOf(const Lock &,
                                                            const std::string &name) const
{
    return ofName(name).entries;
}

std::vector<CacheState::Entry> CacheState::entries(const Lock &) const
{
    std::vector<Entry> result;
    for (const auto &[id, entry] : m_entries)
        result.push_back(entry);
    std::sort(result.begin(), result.end(),
              [](const Entry &a, const Entry &b) { return a->id < b->id; });
    return result;
}

// ---- the hit path

ModelHandle CacheState::ready(const Lock &lock, const ModelId &id, Purpose purpose, SteadyTime now)
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
        const Instance shared = twin(lock, id, id.version, nullptr);
        if (!shared)
            return {};
        adopt(lock, entry, shared);
    }
    if (purpose == Purpose::Prediction)
        count(lock, entry, CacheOutcome::Hit);
    return use(lock, entry, now);
}

void CacheState::count(const Lock &, CacheEntry &entry, CacheOutcome outcome)
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

ModelHandle CacheState::use(const Lock &, CacheEntry &entry, SteadyTime now)
{
    CachedInstance &instance = *entry.instance;
    const std::int64_t nowNs = nanoseconds(now);
    entry.lastUsedNs = nowNs;
    instance.used = true;
    instance.lastUsedNs.store(nowNs, std::memory_order_relaxed);
    instance.useOrder.store(m_useOrder.fetch_add(1, std::memory_order_relaxed),
                            std::memory_order_relaxed);
    m_latestNs.store(nowNs, std::memory_order_relaxed);
    return ModelHandle(entry.instance);
}

CacheState::Instance CacheState::twin(const Lock &lock, const ModelId &id,
                                      const std::string &version, const std::string *digest) const
{
    // The serving entry first: it is the only one that a lookup finds without a search.
    if (const Entry serving = find(lock, {id.name, {}});
        serving && serving->instance && serving->instance->id.version == version &&
        (!digest || serving->instance->digest == *digest))
        return serving->instance;
    const Entry own = find(lock, {id.name, version});
    if (own && own->instance && digest && own->instance->digest == *digest)
        return own->instance;
    return nullptr;
}

// ---- instances

CacheState::Instance CacheState::publish(const Lock &lock, CacheEntry &entry, const LoadPlan &plan,
                                         std::unique_ptr<ModelBundle> model,
                                         std::shared_ptr<const ModelStatus::Facts> facts,
                                         Bytes bytes)
{
    auto instance = std::make_shared<CachedInstance>();
    instance->state = shared_from_this();
    instance->loadedAs = entry.id;
    instance->id = model->id;
    instance->digest = model->digest;
    instance->bytes = bytes;
    instance->loadTime = model->loadTime;
    instance->keepAlive = model->settings.keepAlive.value_or(m_options.keepAlive);
    instance->reload = model->settings.reload.value_or(m_options.reload);
    instance->pinnedBySettings = model->settings.pinned.value_or(false);
    instance->facts = std::move(facts);
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
    adopt(lock, entry, instance);
    if (old) {
        for (const Entry &other : entriesOf(lock, entry.id.name)) {
            if (other->instance != old)
                continue;
            if (other->id.version.empty() || other->id.version == instance->id.version)
                adopt(lock, *other, instance);
        }
        const auto &holders = entriesOf(lock, entry.id.name);
        if (std::none_of(holders.begin(), holders.end(),
                         [&](const Entry &holder) { return holder->instance == old; }))
            retire(lock, old);
    }
    return instance;
}

void CacheState::adopt(const Lock &, CacheEntry &entry, const Instance &instance)
{
    entry.instance = instance;
    entry.failure.reset();
    entry.refreshFailure.clear();
    entry.unloadedOnRequest = false;
    entry.lastVersion = instance->id.version;
    entry.lastLoadTime = instance->loadTime;
    entry.facts = instance->facts;
}

void CacheState::retire(const Lock &lock, const Instance &instance)
{
    for (const Entry &entry : entriesOf(lock, instance->id.name)) {
        if (entry->instance == instance) {
            entry->instance.reset();
            entry->refreshFailure.clear();
        }
    }
    instance->retired.store(true, std::memory_order_release);
    bury(lock, instance);
}

void CacheState::bury(const Lock &, const Instance &instance)
{
    if (!instance->retired || usesOf(*instance) != 0 || !instance->model)
        return;
    m_dead.push_back({instance, std::move(instance->model)});
    m_wake.notify_one();
}

void CacheState::unload(const Lock &lock, CacheEntry &entry,
                        const std::shared_ptr<PendingUnload> &pending)
{
    for (const Instance &instance : alive(lock, entry.id)) {
        ++pending->left;
        instance->unloads.push_back(pending);
    }
    entry.unloadedOnRequest = true;
    entry.failure.reset();
    if (const Instance instance = entry.instance) {
        countUnload(lock);
        m_events.post({ModelEventKind::Unloaded,
                       entry.id,
                       fmt::format("{} unloaded on request", entry.id.text()),
                       {}});
        retire(lock, instance);
    }
}

std::vector<CacheState::Instance> CacheState::alive(const Lock &lock, const ModelId &id) const
{
    std::vector<Instance> result;
    const Entry entry = find(lock, id);
    for (const Instance &instance : ofName(id.name).alive) {
        const bool ours = id.version.empty() || instance->id.version == id.version;
        if ((entry && instance == entry->instance) || (ours && instance->retired))
            result.push_back(instance);
    }
    return result;
}

bool CacheState::isPinned(const Lock &lock, const CachedInstance &instance) const
{
    bool unpinned = false;
    for (const Entry &entry : entriesOf(lock, instance.id.name)) {
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
    if (!instance.retired.load(std::memory_order_acquire) && instance.keepAlive.count() != 0)
        return;
    std::vector<Dead> dead;
    {
        const Lock held = lock();
        const Instance self = instance.shared_from_this();
        if (!instance.retired && !m_closing && evictable(held, instance))
            evict(held, self, "after its use, as its keep-alive of 0 asks");
        bury(held, self);
        if (m_loaderEnded)
            dead = takeDead(held);
    }
    if (!dead.empty()) {
        for (Dead &one : dead)
            one.model.reset();
        buried(lock(), dead);
    }
    m_events.deliver();
}

std::vector<CacheState::Dead> CacheState::takeDead(const Lock &)
{
    return std::exchange(m_dead, {});
}

std::vector<ModelCache::Done> CacheState::buried(const Lock &, const std::vector<Dead> &dead)
{
    std::vector<ModelCache::Done> unloaded;
    for (const Dead &one : dead) {
        m_statistics.modelBytes -= one.instance->bytes;
        std::erase(m_alive, one.instance);
        const auto named = m_byName.find(one.instance->id.name);
        std::erase(named->second.alive, one.instance);
        if (named->second.entries.empty() && named->second.alive.empty())
            m_byName.erase(named);
        m_events.post({ModelEventKind::Gone,
                       one.instance->loadedAs,
                       fmt::format("{} gone, {} given back", one.instance->loadedAs.text(),
                                   toText(one.instance->bytes)),
                       {}});
        for (const auto &pending : one.instance->unloads) {
            if (--pending->left == 0)
                unloaded.push_back(std::move(pending->done));
        }
    }
    return unloaded;
}

// ---- the loader's queue

void CacheState::push(const Lock &, Task task)
{
    m_tasks.push_back(std::move(task));
    m_wake.notify_one();
}

void CacheState::lookSoon(const Lock &lock)
{
    const auto looks = [](const Task &task) { return task.kind == Task::Kind::Look; };
    if (std::none_of(m_tasks.begin(), m_tasks.end(), looks))
        push(lock, {Task::Kind::Look, nullptr, {}});
}

std::optional<CacheState::Task> CacheState::take(const Lock &)
{
    if (m_tasks.empty() || !m_dead.empty())
        return std::nullopt;
    Task task = std::move(m_tasks.front());
    m_tasks.pop_front();
    return task;
}

void CacheState::waitForWork(Lock &lock)
{
    m_wake.wait(lock, [this] { return m_closing || !m_tasks.empty() || !m_dead.empty(); });
}

std::deque<CacheState::Task> CacheState::beginClosing(const Lock &)
{
    m_closing = true;
    std::deque<Task> refused = std::exchange(m_tasks, {});
    m_wake.notify_all();
    return refused;
}

void CacheState::retireAll(const Lock &lock)
{
    for (const Instance &instance : std::vector<Instance>(m_alive)) {
        if (!instance->retired)
            retire(lock, instance);
    }
}

std::vector<ModelCache::Done> CacheState::loaderEnded(const Lock &)
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
