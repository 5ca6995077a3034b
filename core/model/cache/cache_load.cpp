#include "model/cache/cache_load.h"

#include "base/exceptions.h"
#include "model/cache/source_calls.h"

#include <algorithm>
#include <cassert>
#include <fmt/format.h>
#include <utility>

namespace warmbench {
namespace {

Error removedError(const ModelId &id)
{
    return notFound(fmt::format(
        "The model {} was removed while it was asked for; open its file again.", id.text()));
}

std::shared_ptr<const ModelStatus::Facts> factsOf(const ModelBundle &model, Bytes memory)
{
    auto facts = std::make_shared<ModelStatus::Facts>();
    facts->digest = model.digest;
    facts->engine = model.engine;
    facts->chosen = model.chosen;
    facts->fileBytes = model.fileBytes;
    facts->memory = memory;
    facts->files = model.files;
    facts->spec = model.spec();
    facts->settings = model.settings;
    facts->input = model.input;
    facts->understood = model.understood;
    facts->warnings = model.warnings;
    return facts;
}

// Settings that say the same, from the same file and person. A change that was saved is the file's
// from then on.
bool sameOrigins(const ModelSettings &one, const ModelSettings &other)
{
    return one.file == other.file && one.edits == other.edits;
}

} // namespace

std::optional<LoadPlan> CacheLoad::run()
{
    if (!begin())
        return std::nullopt;
    auto plan = probe();
    if (!plan) {
        fail(std::move(plan).error(), nullptr);
        return std::nullopt;
    }
    plan->estimate = std::max(plan->estimate, Bytes{});
    plan->replaces = m_old != nullptr;
    if (m_old && m_kind == RefreshKind::IfChanged && plan->digest == m_old->digest &&
        plan->id.version == m_old->id.version && sameOrigins(plan->settings, m_loaded->settings)) {
        keepUnchanged(*plan);
        return std::nullopt;
    }
    if (m_old ? m_kind == RefreshKind::IfChanged && adaptLoaded(*plan) : shareLoaded(*plan))
        return std::nullopt;
    const auto found = tried(*plan);
    if (!found)
        return *std::move(plan);
    if (*found)
        load(*plan);
    else
        fail(found->error(), &*plan);
    return std::nullopt;
}

Result<LoadPlan> CacheLoad::probe()
{
    std::optional<LoadPlan> before;
    {
        const MutexLock lock(m_state.mutex());
        if (const auto &tried = m_entry->work->tried)
            before = tried->plan;
    }
    return callSource<LoadPlan>([&] {
        return before ? m_source.probeAgain(m_entry->id, *before) : m_source.probe(m_entry->id);
    });
}

std::optional<Result<void>> CacheLoad::tried(const LoadPlan &plan)
{
    bool again = false;
    {
        const MutexLock lock(m_state.mutex());
        PendingWork &work = *m_entry->work;
        if (work.tried && work.tried->plan.digest == plan.digest &&
            work.tried->plan.engine == plan.engine)
            return work.tried->found;
        again = m_kind == RefreshKind::Forced;
    }
    auto known = m_source.tried(plan);
    // Whoever insists has harmful files tried once more.
    if (known && (*known || !again))
        return known;
    const MutexLock lock(m_state.mutex());
    m_entry->work->started = false;
    return std::nullopt;
}

void CacheLoad::load(LoadPlan &plan)
{
    auto estimate = callSource<Bytes>([&] { return m_source.estimate(plan); });
    if (!estimate)
        return fail(std::move(estimate).error(), &plan);
    plan.estimate = *estimate;
    if (auto room = reserve(plan); !room)
        return fail(std::move(room).error(), &plan);
    auto model =
        callSource<std::unique_ptr<ModelBundle>>([&]() -> Result<std::unique_ptr<ModelBundle>> {
            auto loaded = m_source.load(plan);
            if (loaded && (!*loaded || !(*loaded)->network))
                return Error{ErrorCode::Internal, "The engine returned no network."};
            return loaded;
        });
    if (plan.fileBytes > worthTrimming || plan.estimate > worthTrimming)
        releaseFreeMemory(); // what reading and parsing took in passing, often more than the model
    if (!model)
        return fail(std::move(model).error(), &plan);
    publish(plan, std::move(*model));
}

void CacheLoad::refuse(const Error &error)
{
    finish(error, nullptr);
}

void CacheLoad::abort(const Error &error)
{
    {
        const MutexLock lock(m_state.mutex());
        if (!m_entry->work || !m_entry->work->started)
            return; // answered; what waits now is a work of its own
    }
    fail(error, nullptr);
}

bool CacheLoad::begin()
{
    MutexLock lock(m_state.mutex());
    PendingWork &pending = *m_entry->work;
    assert(!pending.started);
    pending.started = true;
    m_kind = pending.kind;
    if (m_entry->forgotten) {
        lock.unlock();
        finish(removedError(m_entry->id), nullptr);
        return false;
    }
    if (!m_entry->instance && !m_entry->id.version.empty()) {
        if (const auto twin = m_state.twin(m_entry->id, m_entry->id.version, nullptr))
            m_state.adopt(*m_entry, twin);
    }
    m_old = m_entry->instance;
    m_loaded = m_old ? m_old->model.get() : nullptr;
    if (m_old && !pending.refresh) {
        RefreshReport report;
        report.newDigest = m_old->digest;
        report.newMemory = m_old->bytes;
        lock.unlock();
        finish(report, nullptr);
        return false;
    }
    if (!m_old && !pending.tried)
        m_state.events().post({ModelEventKind::LoadStarted, m_entry->id,
                               fmt::format("{} is being loaded", m_entry->id.text())});
    lock.unlock();
    m_state.events().deliver();
    return true;
}

bool CacheLoad::shareLoaded(const LoadPlan &plan)
{
    RefreshReport report;
    {
        const MutexLock lock(m_state.mutex());
        const auto twin = m_state.twin(m_entry->id, plan.id.version, &plan.digest);
        if (!twin || m_entry->forgotten)
            return false;
        m_state.adopt(*m_entry, twin);
        m_state.events().post({ModelEventKind::Loaded, m_entry->id,
                               fmt::format("{} shares what is loaded as {}", m_entry->id.text(),
                                           twin->loadedAs.text())});
        report.reloaded = true;
        report.newDigest = twin->digest;
        report.newMemory = twin->bytes;
    }
    finish(report, filesOf(plan));
    return true;
}

bool CacheLoad::adaptLoaded(const LoadPlan &plan)
{
    if (plan.id.version != m_old->id.version)
        return false;
    auto model =
        callSource<std::unique_ptr<ModelBundle>>([&] { return m_source.adapt(plan, *m_loaded); });
    if (!model) {
        fail(std::move(model).error(), &plan);
        return true;
    }
    if (!*model)
        return false;
    const Bytes memory = (*model)->memory;
    auto facts = factsOf(**model, memory);
    RefreshReport report;
    {
        const MutexLock lock(m_state.mutex());
        // Removed or unloaded meanwhile: then the way of every load has the answer.
        if (m_entry->forgotten || m_entry->instance != m_old)
            return false;
        report = reportOf(**model, m_old->bytes);
        m_state.replace(*m_entry, plan, *std::move(model), std::move(facts));
        m_state.events().post(
            {ModelEventKind::Refreshed, m_entry->id,
             fmt::format("{} has new settings; its network stays in memory", m_entry->id.text()),
             report.loadTime});
    }
    m_state.destroyDead();
    finish(report, filesOf(plan));
    return true;
}

RefreshReport CacheLoad::reportOf(const ModelBundle &model, Bytes memory)
{
    RefreshReport report;
    report.reloaded = true;
    report.oldDigest = m_old ? m_old->digest : std::string();
    report.oldMemory = m_old ? m_old->bytes : Bytes{};
    report.newMemory = memory;
    report.newDigest = model.digest;
    report.loadTime = model.loadTime;
    return report;
}

void CacheLoad::keepUnchanged(const LoadPlan &plan)
{
    RefreshReport report;
    {
        const MutexLock lock(m_state.mutex());
        report.oldDigest = report.newDigest = m_old->digest;
        report.oldMemory = report.newMemory = m_old->bytes;
        m_old->stamps = plan.stamps; // touched, perhaps, but the same bytes
        m_old->seen.clear();
        const bool changed = std::exchange(m_old->changedOnDisk, false);
        const bool failed = !std::exchange(m_entry->refreshFailure, {}).empty();
        if (changed || failed)
            m_state.events().post({ModelEventKind::Changed, m_entry->id,
                                   fmt::format("{} is unchanged", m_entry->id.text())});
    }
    finish(report, filesOf(plan));
}

Result<void> CacheLoad::reserve(const LoadPlan &plan)
{
    {
        const MutexLock lock(m_state.mutex());
        m_entry->work->loading = true;
        if (auto room = m_state.makeRoom(m_entry->id.text(), plan.estimate, m_old.get(), Bytes{});
            !room)
            return room;
        m_state.reserve(plan.estimate);
        if (m_old)
            m_state.events().post({ModelEventKind::LoadStarted, m_entry->id,
                                   fmt::format("{} is being refreshed", m_entry->id.text())});
    }
    m_state.events().deliver();
    m_state.destroyDead(); // what was evicted makes room before the load, not after
    return {};
}

Result<void> CacheLoad::correct(Bytes bytes)
{
    {
        const MutexLock lock(m_state.mutex());
        m_state.reserve({});
        m_state.countLoad();
        if (auto room = makeRoom(bytes); !room)
            return room;
    }
    m_state.events().deliver();
    m_state.destroyDead();
    return {};
}

Result<void> CacheLoad::makeRoom(Bytes bytes)
{
    // An idle old instance leaves as soon as the new one is published.
    const bool oldLeaves = m_old && m_old->inUse.load(std::memory_order_acquire) == 0;
    return m_state.makeRoom(m_entry->id.text(), bytes, m_old.get(),
                            oldLeaves ? m_old->bytes : Bytes{});
}

void CacheLoad::publish(const LoadPlan &plan, std::unique_ptr<ModelBundle> model)
{
    const Bytes bytes = model->memory > Bytes{} ? model->memory : plan.estimate;
    auto facts = factsOf(*model, bytes);
    const auto files = filesOf(plan);

    Result<void> room = correct(bytes);
    MutexLock lock(m_state.mutex());
    if (room)
        room = makeRoom(bytes); // handles on the old instance may have been taken since
    if (!room || m_entry->forgotten) {
        lock.unlock();
        model.reset();
        releaseFreeMemory();
        LoadPlan measured = plan;
        measured.estimate = bytes;
        return fail(room ? removedError(m_entry->id) : std::move(room).error(), &measured);
    }
    const RefreshReport report = reportOf(*model, bytes);
    m_state.publish(*m_entry, plan, std::move(model), std::move(facts), bytes);
    m_state.events().post(
        {m_old ? ModelEventKind::Refreshed : ModelEventKind::Loaded, m_entry->id,
         fmt::format("{} {} in {:.1f} ms, {}", m_entry->id.text(), m_old ? "refreshed" : "loaded",
                     toMilliseconds(report.loadTime), toText(bytes)),
         report.loadTime});
    lock.unlock();
    // The old instance, where nobody uses it: whoever waits sees its memory given back.
    m_state.destroyDead();
    finish(report, files);
}

void CacheLoad::fail(Error error, const LoadPlan *plan)
{
    error = asLoadError(std::move(error));
    const auto files = plan ? filesOf(*plan) : nullptr;
    const std::string &version = plan ? plan->id.version : m_entry->id.version;
    {
        const MutexLock lock(m_state.mutex());
        m_state.reserve({});
        m_state.countLoadFailure();
        if (m_entry->instance) {
            m_entry->refreshFailure = error.message;
            m_state.events().post({.kind = ModelEventKind::RefreshFailed,
                                   .id = m_entry->id,
                                   .text = fmt::format("{} could not be refreshed, the instance in "
                                                       "memory goes on serving: {}",
                                                       m_entry->id.text(), error.message),
                                   .version = version});
        } else {
            const bool beyondAll = plan && plan->estimate > m_state.statistics().budget;
            m_entry->failure = CacheEntry::Failure{
                .error = error,
                .since = m_state.clock().now(),
                .retryAtOnce = error.code == ErrorCode::ResourceExhausted && !beyondAll,
                .lasting = beyondAll,
                .files = files};
            m_state.events().post({.kind = ModelEventKind::LoadFailed,
                                   .id = m_entry->id,
                                   .text = fmt::format("{} could not be loaded: {}",
                                                       m_entry->id.text(), error.message),
                                   .version = version});
        }
    }
    finish(error, files);
}

void CacheLoad::finish(const Result<RefreshReport> &outcome,
                       const std::shared_ptr<const ModelBundle> &files)
{
    std::size_t seen = 0;
    {
        const MutexLock lock(m_state.mutex());
        seen = m_entry->work->refreshes.size();
    }
    const bool current = !outcome || (files && stillCurrent(m_source, *files));

    std::unique_ptr<PendingWork> work;
    std::vector<std::pair<ModelCache::AcquireDone, Result<Acquired>>> acquired;
    Result<void> loaded;
    {
        const MutexLock lock(m_state.mutex());
        work = std::move(m_entry->work);
        if (!m_state.closing() && !m_entry->forgotten)
            requeueLate(*work, current ? seen : 0, outcome);
        const SteadyTime now = m_state.clock().now();
        if (!m_entry->instance)
            loaded = outcome ? removedError(m_entry->id) : outcome.error();
        acquired.reserve(work->acquires.size());
        for (auto &waiter : work->acquires) {
            if (loaded)
                acquired.emplace_back(std::move(waiter.done),
                                      Acquired{m_state.use(*m_entry, now), waiter.outcome});
            else
                acquired.emplace_back(std::move(waiter.done), loaded.error());
        }
    }
    m_state.events().deliver();
    // One that cannot make its answer leaves the others theirs.
    for (auto &[done, result] : acquired)
        contained("loader", [&, &done = done, &result = result] { done(std::move(result)); });
    for (const auto &done : work->loads)
        contained("loader", [&] { done(loaded); });
    for (const auto &waiter : work->refreshes)
        contained("loader", [&] { waiter.done(outcome); });
}

void CacheLoad::requeueLate(PendingWork &work, std::size_t served,
                            const Result<RefreshReport> &outcome)
{
    const bool nothingReloaded = outcome && !outcome->reloaded;
    std::vector<PendingWork::RefreshWaiter> answered;
    for (std::size_t i = 0; i < work.refreshes.size(); ++i) {
        auto &waiter = work.refreshes[i];
        const bool unserved =
            i >= served || (waiter.kind == RefreshKind::Forced && nothingReloaded);
        if (!waiter.late || !unserved) {
            answered.push_back(std::move(waiter));
            continue;
        }
        PendingWork &again = m_state.pend(m_entry);
        again.refresh = true;
        again.kind = std::max(again.kind, waiter.kind);
        again.refreshes.push_back({.done = std::move(waiter.done), .kind = waiter.kind});
    }
    work.refreshes = std::move(answered);
}

} // namespace warmbench
