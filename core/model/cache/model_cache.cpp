#include "model/cache/model_cache.h"

#include "model/cache/cache_state.h"
#include "model/cache/loader_thread.h"

#include <algorithm>
#include <fmt/format.h>

namespace warmbench {
namespace {

constexpr std::chrono::seconds retryAfter{1};

} // namespace

const char *cacheOutcomeName(CacheOutcome outcome)
{
    switch (outcome) {
    case CacheOutcome::Hit:
        return "hit";
    case CacheOutcome::Miss:
        return "miss";
    case CacheOutcome::Coalesced:
        break;
    }
    return "coalesced";
}

const char *modelStateName(ModelState state)
{
    switch (state) {
    case ModelState::Registered:
        return "registered";
    case ModelState::Probing:
        return "probing";
    case ModelState::Loading:
        return "loading";
    case ModelState::Ready:
        return "ready";
    case ModelState::Retiring:
        return "retiring";
    case ModelState::Failed:
        break;
    }
    return "failed";
}

struct ModelCache::Private
{
    Private(ModelSource &modelSource, const Clock &clock, CacheOptions options)
        : source(modelSource)
        , state(std::make_shared<CacheState>(clock, options))
        , loader(state, source)
    {
    }

    ModelSource &source;
    std::shared_ptr<CacheState> state;
    LoaderThread loader;
};

ModelCache::ModelCache(ModelSource &source, const Clock &clock, CacheOptions options)
    : m_d(std::make_unique<Private>(source, clock, options))
{
}

ModelCache::~ModelCache()
{
    close();
    // Handles that end after this tell nobody.
    m_d->state->events().setListener({});
}

std::optional<ModelHandle> ModelCache::acquireIfReady(const ModelId &id, Purpose purpose)
{
    const SteadyTime now = m_d->state->clock().now();
    ModelHandle handle;
    {
        const MutexLock lock(m_d->state->mutex());
        handle = m_d->state->ready(id, purpose, now);
    }
    if (!handle)
        return std::nullopt;
    return handle;
}

void ModelCache::acquire(const ModelId &id, Purpose purpose, AcquireDone done)
{
    if (auto handle = acquireIfReady(id, purpose))
        return done(Acquired{std::move(*handle), CacheOutcome::Hit});
    if (auto known = m_d->source.contains(id); !known)
        return done(std::move(known).error());

    const SteadyTime now = m_d->state->clock().now();
    Result<Acquired> answer = closingError();
    {
        const MutexLock lock(m_d->state->mutex());
        if (!m_d->state->closing()) {
            const auto entry = m_d->state->findOrAdd(id);
            const bool counts = purpose == Purpose::Prediction;
            if (ModelHandle handle = m_d->state->ready(id, purpose, now)) {
                answer = Acquired{std::move(handle), CacheOutcome::Hit};
            } else if (!entry->work && entry->failure && !entry->failure->retryAtOnce &&
                       (entry->failure->lasting || now - entry->failure->since < retryAfter)) {
                if (counts)
                    m_d->state->count(*entry, CacheOutcome::Miss);
                answer = entry->failure->error;
            } else {
                const CacheOutcome outcome =
                    entry->work ? CacheOutcome::Coalesced : CacheOutcome::Miss;
                if (counts)
                    m_d->state->count(*entry, outcome);
                m_d->state->pend(entry).acquires.push_back({std::move(done), outcome});
                return;
            }
        }
    }
    done(std::move(answer));
}

void ModelCache::load(const ModelId &id, Done done)
{
    if (auto known = m_d->source.contains(id); !known)
        return done(std::move(known).error());
    Result<void> answer = closingError();
    {
        const MutexLock lock(m_d->state->mutex());
        if (!m_d->state->closing()) {
            const auto entry = m_d->state->findOrAdd(id);
            entry->unloadedOnRequest = false;
            if (!entry->instance) {
                m_d->state->pend(entry).loads.push_back(std::move(done));
                return;
            }
            answer = {};
        }
    }
    done(std::move(answer));
}

void ModelCache::refresh(const ModelId &id, RefreshKind kind, RefreshDone done)
{
    if (auto known = m_d->source.contains(id); !known)
        return done(std::move(known).error());
    {
        const MutexLock lock(m_d->state->mutex());
        if (!m_d->state->closing()) {
            const auto entry = m_d->state->findOrAdd(id);
            entry->unloadedOnRequest = false;
            PendingWork &work = m_d->state->pend(entry);
            work.refresh = true;
            work.kind = std::max(work.kind, kind);
            work.refreshes.push_back({.done = std::move(done), .kind = kind, .late = work.started});
            return;
        }
    }
    done(closingError());
}

Result<MemoryLoan> ModelCache::borrow(const std::string &what, Bytes bytes)
{
    const MutexLock lock(m_d->state->mutex());
    if (auto lent = m_d->state->lend(what, bytes); !lent)
        return std::move(lent).error();
    return MemoryLoan([state = m_d->state, bytes] {
        const MutexLock giving(state->mutex());
        state->takeBack(bytes);
    });
}

void ModelCache::countLoad()
{
    const MutexLock lock(m_d->state->mutex());
    m_d->state->countLoad();
}

void ModelCache::unload(const ModelId &id, Done done)
{
    // A loaded model may be unloaded although its file has left the repository.
    if (auto known = m_d->source.contains(id); !known && !status(id))
        return done(std::move(known).error());
    Result<void> answer = closingError();
    {
        const MutexLock lock(m_d->state->mutex());
        if (!m_d->state->closing()) {
            const auto entry = m_d->state->findOrAdd(id);
            // Behind a load of the same instance, so that what is loading goes too.
            if (entry->work || (entry->instance && m_d->state->busy(*entry->instance))) {
                m_d->state->push({.kind = CacheState::Task::Kind::Unload,
                                  .entry = entry,
                                  .unloaded = std::move(done)});
                return;
            }
            done = m_d->state->unload(*entry, std::move(done));
            answer = {};
        }
    }
    m_d->state->events().deliver();
    if (done)
        done(std::move(answer));
}

void ModelCache::describe(const ModelId &id, DescribeDone done)
{
    if (auto known = m_d->source.contains(id); !known)
        return done(std::move(known).error());
    Result<std::shared_ptr<const ModelStatus::Facts>> answer = closingError();
    {
        const MutexLock lock(m_d->state->mutex());
        if (!m_d->state->closing()) {
            const auto entry = m_d->state->findOrAdd(id);
            if (!entry->instance) {
                m_d->state->push({.kind = CacheState::Task::Kind::Describe,
                                  .entry = entry,
                                  .described = std::move(done)});
                return;
            }
            answer = entry->facts;
        }
    }
    done(std::move(answer));
}

Result<void> ModelCache::setPinned(const ModelId &id, bool pinned)
{
    if (auto known = m_d->source.contains(id); !known)
        return known;
    {
        const MutexLock lock(m_d->state->mutex());
        if (m_d->state->closing())
            return closingError();
        const auto entry = m_d->state->findOrAdd(id);
        if (entry->pinned == pinned)
            return {};
        entry->pinned = pinned;
        m_d->state->events().post(
            {ModelEventKind::Changed, id,
             fmt::format("{} {}", id.text(), pinned ? "pinned" : "unpinned")});
    }
    m_d->state->events().deliver();
    return {};
}

void ModelCache::forget(const std::string &name)
{
    {
        const MutexLock lock(m_d->state->mutex());
        m_d->state->forget(name);
    }
    m_d->state->events().deliver();
}

void ModelCache::housekeep()
{
    const SteadyTime now = m_d->state->clock().now();
    {
        const MutexLock lock(m_d->state->mutex());
        if (m_d->state->closing())
            return;
        m_d->state->evictIdle(now);
        m_d->state->lookSoon();
    }
    m_d->state->events().deliver();
}

CacheStatistics ModelCache::statistics() const
{
    const MutexLock lock(m_d->state->mutex());
    return m_d->state->statistics();
}

std::optional<ModelStatus> ModelCache::status(const ModelId &id) const
{
    const MutexLock lock(m_d->state->mutex());
    const auto entry = m_d->state->find(id);
    if (!entry)
        return std::nullopt;
    return m_d->state->status(*entry);
}

std::vector<ModelStatus> ModelCache::statuses() const
{
    const MutexLock lock(m_d->state->mutex());
    std::vector<ModelStatus> result;
    for (const auto &entry : m_d->state->entries())
        result.push_back(m_d->state->status(*entry));
    return result;
}

void ModelCache::setBudget(Bytes budget)
{
    {
        const MutexLock lock(m_d->state->mutex());
        m_d->state->setBudget(budget);
    }
    m_d->state->events().deliver();
}

void ModelCache::setKeepAlive(Milliseconds keepAlive)
{
    const MutexLock lock(m_d->state->mutex());
    m_d->state->setKeepAlive(keepAlive);
}

Milliseconds ModelCache::keepAlive() const
{
    const MutexLock lock(m_d->state->mutex());
    return m_d->state->keepAlive();
}

void ModelCache::setListener(std::function<void(const ModelEvent &)> listener)
{
    m_d->state->events().setListener(std::move(listener));
}

void ModelCache::close()
{
    m_d->loader.close();
}

} // namespace warmbench
