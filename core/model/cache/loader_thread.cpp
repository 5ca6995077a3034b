#include "model/cache/loader_thread.h"

#include "base/exceptions.h"
#include "base/thread_name.h"
#include "model/cache/load_errors.h"

#include <fmt/format.h>

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
    facts->fileBytes = model.fileBytes;
    facts->memory = memory;
    facts->files = model.files;
    facts->spec = model.spec();
    facts->settings = model.settings;
    facts->input = model.input;
    facts->warnings = model.warnings;
    return facts;
}

} // namespace

Error closingError()
{
    return {ErrorCode::Unavailable, "Warmbench is shutting down; send the request again when it is "
                                    "back."};
}

LoaderThread::LoaderThread(std::shared_ptr<CacheState> state, ModelSource &source)
    : m_state(std::move(state))
    , m_source(source)
    , m_thread([this] { loop(); })
{
}

void LoaderThread::close()
{
    std::deque<CacheState::Task> refused;
    {
        const auto lock = m_state->lock();
        refused = m_state->beginClosing(lock);
    }
    for (CacheState::Task &task : refused) {
        if (task.kind == CacheState::Task::Kind::Work)
            finish(task.entry, closingError(), nullptr);
        else if (task.unloaded)
            task.unloaded(closingError());
        else if (task.described)
            task.described(closingError());
    }
    if (m_thread.get_id() == std::this_thread::get_id())
        return; // a continuation asked for it: the owner joins
    const std::lock_guard joining(m_joining);
    if (m_thread.joinable())
        m_thread.join();
}

// Who waits for the task gets an answer, whatever becomes of it.
void LoaderThread::carryOut(CacheState::Task &task)
{
    try {
        switch (task.kind) {
        case CacheState::Task::Kind::Work:
            work(task.entry);
            break;
        case CacheState::Task::Kind::Unload:
            unload(task);
            break;
        case CacheState::Task::Kind::Describe:
            describe(task);
            break;
        case CacheState::Task::Kind::Look:
            lookAtFiles();
            lookAtFailures();
            handBack();
            break;
        }
    } catch (...) {
        const Error error = loggedException("loader");
        contained("loader", [&] {
            if (task.kind == CacheState::Task::Kind::Work)
                failIfPending(task.entry, error);
            else if (task.unloaded)
                task.unloaded(error);
            else if (task.described)
                task.described(error);
        });
    }
}

void LoaderThread::failIfPending(const Entry &entry, const Error &error)
{
    {
        const auto lock = m_state->lock();
        if (!entry->work)
            return;
    }
    fail(entry, error, nullptr);
}

void LoaderThread::loop()
{
    setThreadName("loader");
    for (;;) {
        contained("loader", [this] { bury(); });
        std::optional<CacheState::Task> task;
        {
            auto lock = m_state->lock();
            m_state->waitForWork(lock);
            task = m_state->take(lock);
            if (!task && m_state->closing(lock))
                break;
        }
        if (!task)
            continue;
        carryOut(*task);
    }
    {
        const auto lock = m_state->lock();
        m_state->retireAll(lock);
    }
    bury();
    std::vector<ModelCache::Done> waiting;
    {
        const auto lock = m_state->lock();
        waiting = m_state->loaderEnded(lock);
    }
    // What was given back since the last burial; from now on whoever releases a handle buries.
    contained("loader", [this] { bury(); });
    for (const ModelCache::Done &done : waiting)
        contained("loader", [&] { done(closingError()); });
}

void LoaderThread::bury()
{
    std::vector<CacheState::Dead> dead;
    {
        const auto lock = m_state->lock();
        dead = m_state->takeDead(lock);
    }
    if (dead.empty())
        return;
    for (CacheState::Dead &one : dead)
        one.model.reset();
    releaseFreeMemory();
    std::vector<ModelCache::Done> unloaded;
    {
        const auto lock = m_state->lock();
        unloaded = m_state->buried(lock, dead);
    }
    m_state->events().deliver();
    for (const ModelCache::Done &done : unloaded)
        contained("loader", [&] { done({}); });
}

void LoaderThread::unload(const CacheState::Task &task)
{
    auto pending = std::make_shared<PendingUnload>();
    pending->done = task.unloaded;
    bool gone = false;
    {
        const auto lock = m_state->lock();
        m_state->unload(lock, *task.entry, pending);
        gone = pending->left == 0;
    }
    m_state->events().deliver();
    if (gone)
        pending->done({});
}

// ---- changed files

// Only this thread destroys networks, so that none goes meanwhile.
void LoaderThread::handBack()
{
    std::vector<Network *> networks;
    {
        const auto lock = m_state->lock();
        for (const Entry &entry : m_state->entries(lock)) {
            if (entry->instance && entry->instance->model)
                networks.push_back(entry->instance->model->network.get());
        }
    }
    for (Network *network : networks)
        contained("loader", [&] { network->handBack(); });
}

void LoaderThread::lookAtFiles()
{
    std::vector<std::pair<Entry, Instance>> watched;
    {
        const auto lock = m_state->lock();
        for (const Entry &entry : m_state->entries(lock)) {
            const Instance &instance = entry->instance;
            if (instance && instance->reload != ReloadMode::Off &&
                (watched.empty() || watched.back().second != instance))
                watched.emplace_back(entry, instance);
        }
    }
    for (const auto &[entry, instance] : watched) {
        // Only this thread destroys bundles, so this one stays while it is looked at. A retired
        // one may have lost its bundle to the graveyard.
        const ModelBundle *model = nullptr;
        {
            const auto lock = m_state->lock();
            model = instance->retired ? nullptr : instance->model.get();
        }
        if (!model)
            continue;
        auto stamps = callSource<std::vector<FileStamp>>(
            [&]() -> Result<std::vector<FileStamp>> { return m_source.stampsNow(*model); });
        if (!stamps)
            continue;
        {
            const auto lock = m_state->lock();
            if (instance->retired || !noticeChange(lock, *instance, std::move(*stamps)))
                continue;
            if (instance->reload == ReloadMode::Auto && !entry->work && !m_state->closing(lock)) {
                instance->tried = instance->seen;
                entry->work = std::make_unique<PendingWork>();
                entry->work->refresh = true;
                m_state->push(lock, {CacheState::Task::Kind::Work, entry, {}});
            }
        }
        m_state->events().deliver();
    }
}

// True where the files have changed, have stopped changing, and this is not known yet or was not
// yet acted upon.
bool LoaderThread::noticeChange(const CacheState::Lock &, CachedInstance &instance,
                                std::vector<FileStamp> now)
{
    if (now == instance.stamps) {
        const bool was = std::exchange(instance.changedOnDisk, false);
        instance.seen.clear();
        if (was)
            m_state->events().post(
                {ModelEventKind::Changed,
                 instance.loadedAs,
                 fmt::format("{} is on disk again as it was loaded", instance.loadedAs.text()),
                 {}});
        return false;
    }
    if (now != instance.seen) {
        instance.seen = std::move(now);
        return false;
    }
    if (!std::exchange(instance.changedOnDisk, true))
        m_state->events().post({ModelEventKind::Changed,
                                instance.loadedAs,
                                fmt::format("{} has changed on disk", instance.loadedAs.text()),
                                {}});
    return instance.tried != instance.seen;
}

void LoaderThread::lookAtFailures()
{
    std::vector<std::pair<Entry, std::shared_ptr<const ModelBundle>>> failed;
    {
        const auto lock = m_state->lock();
        for (const Entry &entry : m_state->entries(lock)) {
            if (entry->failure && entry->failure->files && !entry->failure->retryAtOnce)
                failed.emplace_back(entry, entry->failure->files);
        }
    }
    for (const auto &[entry, files] : failed) {
        const auto stamps = callSource<std::vector<FileStamp>>(
            [&, files = files]() -> Result<std::vector<FileStamp>> {
                return m_source.stampsNow(*files);
            });
        if (!stamps || *stamps == files->stamps)
            continue;
        const auto lock = m_state->lock();
        if (entry->failure && entry->failure->files == files)
            entry->failure->retryAtOnce = true;
    }
}

// ---- loads and refreshes

bool LoaderThread::stillCurrent(const ModelBundle &files)
{
    const auto stamps = callSource<std::vector<FileStamp>>(
        [&]() -> Result<std::vector<FileStamp>> { return m_source.stampsNow(files); });
    return stamps && *stamps == files.stamps;
}

// Moves the refreshes that came too late for this work to a work of their own: those behind the
// first `served`, and forced ones where nothing was reloaded.
void LoaderThread::requeueLate(const CacheState::Lock &lock, const Entry &entry, PendingWork &work,
                               std::size_t served, bool nothingReloaded)
{
    auto again = std::make_unique<PendingWork>();
    std::vector<PendingWork::RefreshWaiter> answered;
    for (std::size_t i = 0; i < work.refreshes.size(); ++i) {
        auto &waiter = work.refreshes[i];
        if (waiter.late && (i >= served || (waiter.force && nothingReloaded))) {
            again->force |= waiter.force;
            again->refreshes.push_back({std::move(waiter.done), false, waiter.force});
        } else {
            answered.push_back(std::move(waiter));
        }
    }
    work.refreshes = std::move(answered);
    if (again->refreshes.empty())
        return;
    again->refresh = true;
    entry->work = std::move(again);
    m_state->push(lock, {CacheState::Task::Kind::Work, entry, {}});
}

void LoaderThread::work(const Entry &entry)
{
    Instance old;
    bool force = false;
    if (!begin(entry, old, force))
        return;
    auto plan = callSource<LoadPlan>([&] { return m_source.probe(entry->id); });
    if (!plan)
        return fail(entry, std::move(plan).error(), nullptr);
    plan->estimate = std::max(plan->estimate, Bytes{});
    if (old && !force && plan->digest == old->digest && plan->id.version == old->id.version)
        return unchanged(entry, old, *plan);
    if (!old && shareLoaded(entry, *plan))
        return;
    auto estimate = callSource<Bytes>([&] { return m_source.estimate(*plan); });
    if (!estimate)
        return fail(entry, std::move(estimate).error(), &*plan);
    plan->estimate = *estimate;
    if (auto room = reserve(entry, old, *plan); !room)
        return fail(entry, std::move(room).error(), &*plan);
    auto model =
        callSource<std::unique_ptr<ModelBundle>>([&]() -> Result<std::unique_ptr<ModelBundle>> {
            auto loaded = m_source.load(*plan);
            if (loaded && (!*loaded || !(*loaded)->network))
                return Error{ErrorCode::Internal, "The engine returned no network."};
            return loaded;
        });
    if (plan->fileBytes > worthTrimming || plan->estimate > worthTrimming)
        releaseFreeMemory(); // what reading and parsing took in passing, often more than the model
    if (!model)
        return fail(entry, std::move(model).error(), &*plan);
    publish(entry, old, *plan, std::move(*model));
}

// False where nothing is left to do.
bool LoaderThread::begin(const Entry &entry, Instance &old, bool &force)
{
    auto lock = m_state->lock();
    PendingWork &pending = *entry->work;
    pending.started = true;
    force = pending.force;
    old = entry->instance;
    if (!old && !entry->id.version.empty()) {
        if (const Instance twin = m_state->twin(lock, entry->id, entry->id.version, nullptr)) {
            m_state->adopt(lock, *entry, twin);
            old = twin;
        }
    }
    if (old && !pending.refresh) {
        RefreshReport report;
        report.newDigest = old->digest;
        report.newMemory = old->bytes;
        lock.unlock();
        finish(entry, report, nullptr);
        return false;
    }
    if (entry->forgotten) {
        lock.unlock();
        finish(entry, removedError(entry->id), nullptr);
        return false;
    }
    if (!old)
        m_state->events().post({ModelEventKind::LoadStarted,
                                entry->id,
                                fmt::format("{} is being loaded", entry->id.text()),
                                {}});
    lock.unlock();
    m_state->events().deliver();
    return true;
}

// The same files may be in memory already under the other name that a model has: with its version
// or without.
bool LoaderThread::shareLoaded(const Entry &entry, const LoadPlan &plan)
{
    auto lock = m_state->lock();
    const Instance twin = m_state->twin(lock, entry->id, plan.id.version, &plan.digest);
    if (!twin)
        return false;
    m_state->adopt(lock, *entry, twin);
    m_state->events().post(
        {ModelEventKind::Loaded,
         entry->id,
         fmt::format("{} shares what is loaded as {}", entry->id.text(), twin->loadedAs.text()),
         {}});
    RefreshReport report;
    report.reloaded = true;
    report.newDigest = twin->digest;
    report.newMemory = twin->bytes;
    lock.unlock();
    finish(entry, report, filesOf(plan));
    return true;
}

void LoaderThread::unchanged(const Entry &entry, const Instance &old, const LoadPlan &plan)
{
    auto lock = m_state->lock();
    old->stamps = plan.stamps; // touched, perhaps, but the same bytes
    old->seen.clear();
    const bool told = std::exchange(old->changedOnDisk, false) || !entry->refreshFailure.empty();
    entry->refreshFailure.clear();
    if (told)
        m_state->events().post({ModelEventKind::Changed,
                                entry->id,
                                fmt::format("{} is unchanged", entry->id.text()),
                                {}});
    RefreshReport report;
    report.oldDigest = report.newDigest = old->digest;
    report.oldMemory = report.newMemory = old->bytes;
    lock.unlock();
    finish(entry, report, filesOf(plan));
}

Result<void> LoaderThread::reserve(const Entry &entry, const Instance &old, const LoadPlan &plan)
{
    {
        const auto lock = m_state->lock();
        entry->work->loading = true;
        if (auto room =
                m_state->makeRoom(lock, entry->id.text(), plan.estimate, old.get(), Bytes{});
            !room)
            return room;
        m_state->reserve(lock, plan.estimate);
        if (old)
            m_state->events().post({ModelEventKind::LoadStarted,
                                    entry->id,
                                    fmt::format("{} is being refreshed", entry->id.text()),
                                    {}});
    }
    m_state->events().deliver();
    bury(); // what was evicted makes room before the load, not after
    return {};
}

// Replaces the estimate by what the instance takes in truth. What must leave for it has left when
// this returns.
Result<void> LoaderThread::correct(CacheState::Lock &lock, const Entry &entry, const Instance &old,
                                   Bytes bytes)
{
    const auto makeRoom = [&] {
        // An idle old instance leaves as soon as the new one is published.
        const bool oldLeaves = old && old->inUse.load(std::memory_order_acquire) == 0;
        return m_state->makeRoom(lock, entry->id.text(), bytes, old.get(),
                                 oldLeaves ? old->bytes : Bytes{});
    };
    if (auto room = makeRoom(); !room)
        return room;
    lock.unlock();
    m_state->events().deliver();
    bury();
    lock.lock();
    return makeRoom();
}

void LoaderThread::publish(const Entry &entry, const Instance &old, const LoadPlan &plan,
                           std::unique_ptr<ModelBundle> model)
{
    const Bytes bytes = model->memory > Bytes{} ? model->memory : plan.estimate;
    auto facts = factsOf(*model, bytes);
    auto lock = m_state->lock();
    m_state->reserve(lock, {});
    m_state->countLoad(lock, true);
    if (auto room = correct(lock, entry, old, bytes); !room || entry->forgotten) {
        lock.unlock();
        model.reset();
        releaseFreeMemory();
        LoadPlan measured = plan;
        measured.estimate = bytes;
        return fail(entry, room ? removedError(entry->id) : std::move(room).error(), &measured);
    }
    RefreshReport report;
    report.reloaded = true;
    report.oldDigest = old ? old->digest : std::string();
    report.oldMemory = old ? old->bytes : Bytes{};
    report.newMemory = bytes;
    report.newDigest = model->digest;
    report.loadTime = model->loadTime;
    const auto files = filesOf(plan);
    m_state->publish(lock, *entry, plan, std::move(model), std::move(facts), bytes);
    m_state->events().post(
        {old ? ModelEventKind::Refreshed : ModelEventKind::Loaded, entry->id,
         fmt::format("{} {} in {:.1f} ms, {}", entry->id.text(), old ? "refreshed" : "loaded",
                     toMilliseconds(report.loadTime), toText(bytes)),
         report.loadTime});
    lock.unlock();
    bury(); // the old instance, where nobody uses it: whoever waits sees its memory given back
    finish(entry, report, files);
}

void LoaderThread::fail(const Entry &entry, Error error, const LoadPlan *plan)
{
    error = asLoadError(std::move(error));
    auto lock = m_state->lock();
    m_state->reserve(lock, {});
    m_state->countLoad(lock, false);
    const auto files = plan ? filesOf(*plan) : nullptr;
    const std::string &version = plan ? plan->id.version : entry->id.version;
    if (entry->instance) {
        entry->refreshFailure = error.message;
        m_state->events().post({ModelEventKind::RefreshFailed,
                                entry->id,
                                fmt::format("{} could not be refreshed, the instance in memory "
                                            "goes on serving: {}",
                                            entry->id.text(), error.message),
                                {},
                                version});
    } else {
        const bool beyondAll = plan && plan->estimate > m_state->statistics(lock).budget;
        entry->failure = CacheEntry::Failure{
            .error = error,
            .since = m_state->clock().now(),
            .retryAtOnce = error.code == ErrorCode::ResourceExhausted && !beyondAll,
            .lasting = beyondAll,
            .files = files};
        m_state->events().post(
            {ModelEventKind::LoadFailed,
             entry->id,
             fmt::format("{} could not be loaded: {}", entry->id.text(), error.message),
             {},
             version});
    }
    lock.unlock();
    finish(entry, error, files);
}

// Answers everyone who waited. Who asked for a refresh after the files had been read gets this
// answer only where they have not changed since; else another refresh is due.
void LoaderThread::finish(const Entry &entry, const Result<RefreshReport> &outcome,
                          const std::shared_ptr<const ModelBundle> &files)
{
    std::size_t seen = 0;
    {
        const auto lock = m_state->lock();
        seen = entry->work->refreshes.size();
    }
    const bool current = !outcome || (files && stillCurrent(*files));

    std::unique_ptr<PendingWork> work;
    std::vector<std::pair<ModelCache::AcquireDone, Result<Acquired>>> acquired;
    Result<void> loaded;
    {
        const auto lock = m_state->lock();
        work = std::move(entry->work);
        if (!m_state->closing(lock) && !entry->forgotten)
            requeueLate(lock, entry, *work, current ? seen : 0, outcome && !outcome->reloaded);
        const SteadyTime now = m_state->clock().now();
        if (!entry->instance)
            loaded = outcome ? removedError(entry->id) : outcome.error();
        acquired.reserve(work->acquires.size());
        for (auto &waiter : work->acquires) {
            if (loaded)
                acquired.emplace_back(std::move(waiter.done),
                                      Acquired{m_state->use(lock, *entry, now), waiter.outcome});
            else
                acquired.emplace_back(std::move(waiter.done), loaded.error());
        }
    }
    m_state->events().deliver();
    // One that cannot make its answer leaves the others theirs.
    for (auto &[done, result] : acquired)
        contained("loader", [&, &done = done, &result = result] { done(std::move(result)); });
    for (const auto &done : work->loads)
        contained("loader", [&] { done(loaded); });
    for (const auto &waiter : work->refreshes)
        contained("loader", [&] { waiter.done(outcome); });
}
} // namespace warmbench
