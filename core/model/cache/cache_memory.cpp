// The part of CacheState that keeps within the budget and tells what it holds.
#include "base/text.h"
#include "model/cache/cache_state.h"

#include <algorithm>
#include <fmt/format.h>

namespace warmbench {
namespace {

// Further away than anybody looks, and within what nanoseconds can say.
constexpr std::chrono::hours century{100 * 365 * 24};

// Without users and on its way to be destroyed, before the next load begins.
bool goes(const CachedInstance &instance)
{
    return instance.retired && !instance.model;
}

// Values copied first: uses go on while this sorts.
void sortByUse(std::vector<std::shared_ptr<CachedInstance>> &instances)
{
    std::vector<std::pair<std::uint64_t, std::shared_ptr<CachedInstance>>> ordered;
    ordered.reserve(instances.size());
    for (auto &instance : instances)
        ordered.emplace_back(instance->useOrder.load(std::memory_order_relaxed),
                             std::move(instance));
    std::sort(ordered.begin(), ordered.end(),
              [](const auto &a, const auto &b) { return a.first < b.first; });
    instances.clear();
    for (auto &[order, instance] : ordered)
        instances.push_back(std::move(instance));
}

} // namespace

bool CacheState::busy(const CachedInstance &instance) const
{
    for (const Entry &entry : entriesOf(instance.id.name)) {
        if (entry->instance.get() == &instance && entry->work && entry->work->started)
            return true;
    }
    return false;
}

bool CacheState::evictable(const CachedInstance &instance) const
{
    return !instance.retired && instance.inUse.load(std::memory_order_acquire) == 0 &&
           !isPinned(instance) && !busy(instance);
}

void CacheState::evict(const Instance &instance, const std::string &why)
{
    ++m_statistics.evictions;
    for (const Entry &entry : entriesOf(instance->id.name)) {
        if (entry->instance == instance)
            entry->evicted = {why, m_clock.wallNow()};
    }
    m_events.post({.kind = ModelEventKind::Evicted,
                   .id = instance->loadedAs,
                   .text = fmt::format("{} evicted {}", instance->loadedAs.text(), why),
                   .version = instance->id.version});
    retire(instance);
}

std::vector<std::string> CacheState::blockers(const CachedInstance *keep) const
{
    std::vector<std::string> result;
    for (const Instance &instance : m_alive) {
        if (goes(*instance) || (instance.get() != keep && evictable(*instance)))
            continue;
        const char *why = instance.get() == keep ? "being refreshed"
                          : isPinned(*instance)  ? "pinned"
                                                 : "in use";
        result.push_back(
            fmt::format("{} ({}, {})", instance->id.name, toText(instance->bytes), why));
    }
    if (m_lent > Bytes{})
        result.push_back(fmt::format("a measurement ({})", toText(m_lent)));
    return result;
}

Result<void> CacheState::makeRoom(const std::string &what, Bytes needed, const CachedInstance *keep,
                                  Bytes without)
{
    std::vector<Instance> idle;
    Bytes used = m_statistics.modelBytes + m_lent - without;
    if (needed <= m_statistics.budget - used)
        return {};
    Bytes blocked = used;
    for (const Instance &instance : m_alive) {
        if (goes(*instance)) {
            used -= instance->bytes;
            blocked -= instance->bytes;
        } else if (instance.get() != keep && evictable(*instance)) {
            idle.push_back(instance);
            blocked -= instance->bytes;
        }
    }
    const Bytes budget = m_statistics.budget;
    if (needed > budget)
        return Error{ErrorCode::ResourceExhausted,
                     fmt::format("The model {} needs {} ({} bytes), more than the whole memory "
                                 "budget of {} ({} bytes); raise the budget (--memory-budget).",
                                 what, toText(needed), needed.count, toText(budget), budget.count)};
    if (needed > budget - blocked)
        return Error{ErrorCode::ResourceExhausted,
                     fmt::format("The model {} needs {} ({} bytes), but of the memory budget of {} "
                                 "({} bytes) {} ({} bytes) are taken by pinned models and models "
                                 "in use: {}; unpin or unload one, or raise the budget "
                                 "(--memory-budget).",
                                 what, toText(needed), needed.count, toText(budget), budget.count,
                                 toText(blocked), blocked.count, joined(blockers(keep)))};
    sortByUse(idle);
    for (const Instance &instance : idle) {
        if (used + needed <= budget)
            break;
        used -= instance->bytes;
        evict(instance, fmt::format("to make room for {}", what));
    }
    return {};
}

Result<void> CacheState::lend(const std::string &what, Bytes bytes)
{
    const Bytes used = m_statistics.modelBytes + m_reserved + m_lent;
    if (bytes > m_statistics.budget - used)
        return Error{ErrorCode::ResourceExhausted,
                     fmt::format("{} needs {} ({} bytes), but of the memory budget of {} ({} "
                                 "bytes) {} ({} bytes) are taken; unload a model, or raise the "
                                 "budget (--memory-budget).",
                                 what, toText(bytes), bytes.count, toText(m_statistics.budget),
                                 m_statistics.budget.count, toText(used), used.count)};
    m_lent += bytes;
    return {};
}

void CacheState::setBudget(Bytes budget)
{
    m_statistics.budget = budget;
    std::vector<Instance> idle;
    Bytes used = m_statistics.modelBytes + m_reserved + m_lent;
    for (const Instance &instance : m_alive) {
        if (goes(*instance))
            used -= instance->bytes;
        else if (evictable(*instance))
            idle.push_back(instance);
    }
    sortByUse(idle);
    for (const Instance &instance : idle) {
        if (used <= budget)
            break;
        used -= instance->bytes;
        evict(instance, fmt::format("to fit the new budget of {}", toText(budget)));
    }
}

void CacheState::setKeepAlive(Milliseconds keepAlive)
{
    m_options.keepAlive = keepAlive;
    for (const Instance &instance : m_alive)
        instance->keepAlive = instance->ownKeepAlive.value_or(keepAlive);
}

void CacheState::evictIdle(SteadyTime now)
{
    const std::int64_t nowNs = std::chrono::nanoseconds(now.time_since_epoch()).count();
    m_latestNs.store(nowNs, std::memory_order_relaxed);
    for (const Instance &instance : std::vector<Instance>(m_alive)) {
        if (instance->inUse.load(std::memory_order_acquire) > 0) {
            instance->lastUsedNs.store(nowNs, std::memory_order_relaxed);
            continue;
        }
        const Milliseconds keepAlive = instance->keepAlive;
        // Kept for 0: goes after its first use, not before.
        if (keepAlive < Milliseconds(0) || (keepAlive == Milliseconds(0) && !instance->used))
            continue;
        const auto idle = std::chrono::duration_cast<Milliseconds>(
            std::chrono::nanoseconds(nowNs - instance->lastUsedNs.load()));
        if (idle >= keepAlive && evictable(*instance))
            evict(instance, fmt::format("after {} without use", toText(keepAlive)));
    }
}

ModelStatus CacheState::status(const CacheEntry &entry) const
{
    ModelStatus status;
    status.id = entry.id;
    status.loadedVersion = entry.instance ? entry.instance->id.version : std::string();
    status.lastVersion = entry.lastVersion;
    status.refreshing = entry.instance && entry.work && entry.work->refresh;
    status.unloadedOnRequest = entry.unloadedOnRequest;
    status.evicted = entry.evicted;
    status.hits = entry.hits;
    status.misses = entry.misses;
    status.coalesced = entry.coalesced;
    status.loadTime = entry.lastLoadTime;
    status.facts = entry.facts;
    status.pinned = entry.pinned.value_or(entry.instance && entry.instance->pinnedBySettings);

    const auto instances = aliveFor(entry.id);
    for (const Instance &instance : instances)
        status.inUse += instance->inUse.load(std::memory_order_relaxed);
    if (entry.instance) {
        status.state = ModelState::Ready;
        status.reason = entry.refreshFailure;
        status.changedOnDisk = entry.instance->changedOnDisk;
    } else if (entry.work) {
        status.state = entry.work->loading ? ModelState::Loading : ModelState::Probing;
    } else if (entry.failure) {
        status.state = ModelState::Failed;
        status.reason = entry.failure->error.message;
    } else if (!instances.empty()) {
        status.state = ModelState::Retiring;
    }

    const std::int64_t nowNs = std::chrono::nanoseconds(m_clock.now().time_since_epoch()).count();
    const WallTime wall = m_clock.wallNow();
    const auto wallAt = [&](std::int64_t steadyNs) {
        return wall + std::chrono::duration_cast<WallTime::duration>(
                          std::chrono::nanoseconds(steadyNs - nowNs));
    };
    std::int64_t usedNs = entry.lastUsedNs.value_or(0);
    if (entry.instance)
        usedNs = std::max(usedNs, entry.instance->lastUsedNs.load(std::memory_order_relaxed));
    if (entry.lastUsedNs)
        status.lastUsed = wallAt(usedNs);
    const Milliseconds keepAlive =
        entry.instance ? entry.instance->keepAlive.load() : Milliseconds(0);
    if (status.inUse == 0 && keepAlive > Milliseconds(0) && !isPinned(*entry.instance))
        status.expiresAt = wallAt(
            usedNs + std::chrono::nanoseconds(std::min<Milliseconds>(keepAlive, century)).count());
    return status;
}

} // namespace warmbench
