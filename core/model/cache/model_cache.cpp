#include "model/cache/model_cache.h"

#include "model/cache/cache_state.h"
#include "model/cache/loader_thread.h"

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

    // The entry's pending work, begun where there is none. True: begun by this call.
    bool pend(const CacheState::Lock &lock, const CacheState::Entry &entry) const
    {
        if (entry->work)
            return false;
        entry->work = std::make_unique<PendingWork>();
        state->push(lock, {CacheState::Task::Kind::Work, entry, {}});
        return true;
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
        const auto lock = m_d->state->lock();
        handle = m_d->state->ready(lock, id, purpose, now);
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
        const auto lock = m_d->state->lock();
        if (!m_d->state->closing(lock)) {
            const auto entry = m_d->state->findOrAdd(lock, id);
            const bool counts = purpose == Purpose::Prediction;
            if (ModelHandle handle = m_d->state->ready(lock, id, purpose, now)) {
                answer = Acquired{std::move(handle), CacheOutcome::Hit};
            } else if (!entry->work && entry->failure && !entry->failure->retryAtOnce &&
                       (entry->failure->lasting || now - entry->failure->since < retryAfter)) {
                if (counts)
                    m_d->state->count(lock, *entry, CacheOutcome::Miss);
                answer = entry->failure->error;
            } else {
                const CacheOutcome outcome =
                    m_d->pend(lock, entry) ? CacheOutcome::Miss : CacheOutcome::Coalesced;
                if (counts)
                    m_d->state->count(lock, *entry, outcome);
                entry->work->acquires.push_back({std::move(done), outcome});
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
        const auto lock = m_d->state->lock();
        if (!m_d->state->closing(lock)) {
            const auto entry = m_d->state->findOrAdd(lock, id);
            entry->unloadedOnRequest = false;
            if (!entry->instance) {
                m_d->pend(lock, entry);
                entry->work->loads.push_back(std::move(done));
                return;
            }
            answer = {};
        }
    }
    done(std::move(answer));
}

void ModelCache::refresh(const ModelId &id, bool force, RefreshDone done)
{
    if (auto known = m_d->source.contains(id); !known)
        return done(std::move(known).error());
    {
        const auto lock = m_d->state->lock();
        if (!m_d->state->closing(lock)) {
            const auto entry = m_d->state->findOrAdd(lock, id);
            entry->unloadedOnRequest = false;
            m_d->pend(lock, entry);
            PendingWork &work = *entry->work;
            work.refresh = true;
            work.force |= force;
            work.refreshes.push_back({std::move(done), work.started, force});
            return;
        }
    }
    done(closingError());
}

void ModelCache::unload(const ModelId &id, Done done)
{
    // A loaded model may be unloaded although its file has left the repository.
    if (auto known = m_d->source.contains(id); !known && !status(id))
        return done(std::move(known).error());
    auto pending = std::make_shared<PendingUnload>();
    Result<void> answer = closingError();
    {
        const auto lock = m_d->state->lock();
        if (!m_d->state->closing(lock)) {
            const auto entry = m_d->state->findOrAdd(lock, id);
            // Behind a load of the same instance, so that what is loading goes too.
            if (entry->work || (entry->instance && m_d->state->busy(lock, *entry->instance))) {
                m_d->state->push(lock, {CacheState::Task::Kind::Unload, entry, std::move(done)});
                return;
            }
            m_d->state->unload(lock, *entry, pending);
            if (pending->left > 0)
                pending->done = std::exchange(done, {});
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
        const auto lock = m_d->state->lock();
        if (!m_d->state->closing(lock)) {
            const auto entry = m_d->state->findOrAdd(lock, id);
            if (!entry->instance) {
                CacheState::Task task{CacheState::Task::Kind::Describe, entry, {}};
                task.described = std::move(done);
                m_d->state->push(lock, std::move(task));
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
        const auto lock = m_d->state->lock();
        if (m_d->state->closing(lock))
            return closingError();
        const auto entry = m_d->state->findOrAdd(lock, id);
        if (entry->pinned == pinned)
            return {};
        entry->pinned = pinned;
        m_d->state->events().post({ModelEventKind::Changed,
                                   id,
                                   fmt::format("{} {}", id.text(), pinned ? "pinned" : "unpinned"),
                                   {}});
    }
    m_d->state->events().deliver();
    return {};
}

void ModelCache::forget(const std::string &name)
{
    {
        const auto lock = m_d->state->lock();
        for (const auto &entry : m_d->state->entriesOf(lock, name)) {
            entry->forgotten = true;
            if (const auto instance = entry->instance) {
                m_d->state->countUnload(lock);
                m_d->state->events().post({ModelEventKind::Unloaded,
                                           entry->id,
                                           fmt::format("{} removed", entry->id.text()),
                                           {}});
                m_d->state->retire(lock, instance);
            }
        }
        const auto entries = m_d->state->entriesOf(lock, name); // a copy: they are removed
        for (const auto &entry : entries)
            m_d->state->remove(lock, entry->id);
    }
    m_d->state->events().deliver();
}

void ModelCache::housekeep()
{
    const SteadyTime now = m_d->state->clock().now();
    {
        const auto lock = m_d->state->lock();
        if (m_d->state->closing(lock))
            return;
        m_d->state->evictIdle(lock, now);
        m_d->state->lookSoon(lock);
    }
    m_d->state->events().deliver();
}

CacheStatistics ModelCache::statistics() const
{
    const auto lock = m_d->state->lock();
    return m_d->state->statistics(lock);
}

std::optional<ModelStatus> ModelCache::status(const ModelId &id) const
{
    const auto lock = m_d->state->lock();
    const auto entry = m_d->state->find(lock, id);
    if (!entry)
        return std::nullopt;
    return m_d->state->status(lock, *entry);
}

std::vector<ModelStatus> ModelCache::statuses() const
{
    const auto lock = m_d->state->lock();
    std::vector<ModelStatus> result;
    for (const auto &entry : m_d->state->entries(lock))
        result.push_back(m_d->state->status(lock, *entry));
    return result;
}

void ModelCache::setBudget(Bytes budget)
{
    {
        const auto lock = m_d->state->lock();
        m_d->state->setBudget(lock, budget);
    }
    m_d->state->events().deliver();
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
