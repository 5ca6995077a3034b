#include "inference/workbench.h"

#include "base/exceptions.h"
#include "base/logging.h"
#include "base/text.h"
#include "inference/workbench_private.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <thread>

namespace warmbench {

namespace {

int coreCount()
{
    return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

void logEvent(const ModelEvent &event)
{
    if (event.text.empty())
        return;
    const bool bad =
        event.kind == ModelEventKind::LoadFailed || event.kind == ModelEventKind::RefreshFailed;
    log(bad ? LogLevel::Warning : LogLevel::Info, "cache", event.text);
}

} // namespace

Workbench::Private::Private(WorkbenchOptions o, const Clock &c, std::unique_ptr<ModelSource> s)
    : options(std::move(o))
    , clock(c)
    , source(s ? std::move(s) : makeLoader())
    , verdicts(options.verdicts)
    , cache(equipped, clock, options.cache)
    , scheduler(clock, {options.workers > 0 ? options.workers : std::max(2, coreCount()),
                        options.queueLimit})
{
}

std::unique_ptr<ModelSource> Workbench::Private::makeLoader()
{
    setEngineThreads(options.threads > 0
                         ? options.threads
                         : std::max(1, coreCount() / std::max(1, options.loader.instances)));
    LoaderOptions loader = options.loader;
    loader.trial.memory = options.cache.budget;
    return std::make_unique<FileModelSource>(repository, makeEngines(options.cache.budget),
                                             std::move(loader));
}

void Workbench::Private::heard(const ModelEvent &event)
{
    logEvent(event);
    count(event);
    const MutexLock lock(listenerMutex);
    for (const auto &[id, listener] : listeners)
        listener(event);
}

void Workbench::Private::count(const ModelEvent &event)
{
    const bool evicted = event.kind == ModelEventKind::Evicted;
    const bool failed =
        event.kind == ModelEventKind::LoadFailed || event.kind == ModelEventKind::RefreshFailed;
    if ((!evicted && !failed) || !source->contains(event.id))
        return;
    const std::string version =
        event.version.empty() ? servingVersion(event.id.name) : event.version;
    const auto meter = metrics.meter(event.id.name, version);
    (evicted ? meter->evictions : meter->loadFailures).add();
}
// What a person has chosen for a model goes on under its new name.
void Workbench::Private::moveChoices(const std::string &name, const std::string &wanted,
                                     const std::optional<ModelStatus> &before)
{
    choices.move(name, wanted, before);
    {
        const MutexLock lock(measuredMutex);
        if (auto node = measured.extract(name)) {
            node.key() = wanted;
            measured.insert(std::move(node));
        }
    }
    {
        const MutexLock lock(firstMutex);
        if (firstModel == name)
            firstModel = wanted;
    }
    if (!before)
        return;
    if (before->pinned)
        static_cast<void>(cache.setPinned({wanted, {}}, true)); // it is there by now
    if (before->state == ModelState::Ready)
        cache.load({wanted, {}}, [](const Result<void> &) {});
}

// ---- the facade ----

Workbench::Workbench(WorkbenchOptions options, const Clock &clock)
    : Workbench(std::move(options), clock, nullptr)
{
}

Workbench::Workbench(WorkbenchOptions options, const Clock &clock,
                     std::unique_ptr<ModelSource> source)
    : m_d(std::make_unique<Private>(std::move(options), clock, std::move(source)))
{
    m_d->cache.setListener([d = m_d.get()](const ModelEvent &event) { d->heard(event); });
    m_d->house = std::jthread([d = m_d.get()](const std::stop_token &stop) { d->keepHouse(stop); });
    m_d->folders =
        std::jthread([d = m_d.get()](const std::stop_token &stop) { d->lookThroughFolders(stop); });
}

Workbench::~Workbench()
{
    stop(std::chrono::seconds(2));
    m_d->cache.setListener({}); // heard() needs members that are destroyed before the cache
}

Result<std::vector<std::string>> Workbench::open(const std::filesystem::path &path, bool load)
{
    auto names = m_d->repository.add(path);
    if (!names)
        return names;
    {
        const MutexLock lock(m_d->firstMutex);
        if (m_d->firstModel.empty() && !names->empty())
            m_d->firstModel = names->front();
    }
    for (const std::string &name : *names) {
        m_d->refreshLoaded(name);
        if (m_d->options.preload || (load && m_d->repository.isNamed(name)))
            m_d->start(name);
    }
    m_d->heard({ModelEventKind::Changed, {}, "", {}});
    return names;
}

void Workbench::remove(const std::string &name, ModelCache::Done done)
{
    if (auto removed = m_d->repository.remove(name); !removed) {
        done(std::move(removed));
        return;
    }
    m_d->choices.forget(name);
    {
        const MutexLock lock(m_d->measuredMutex);
        m_d->measured.erase(name);
    }
    m_d->cache.unload({name, {}},
                      [d = m_d.get(), name, done = std::move(done)](const Result<void> &) {
                          d->cache.forget(name);
                          d->dropMeters();
                          done({});
                      });
}

void Workbench::rename(const std::string &name, const std::string &wanted, ModelCache::Done done)
{
    if (name == m_d->options.defaultModel && wanted != name) {
        done(failedPrecondition(fmt::format("\"{}\" is the model of --default; start without this "
                                            "option to rename it.",
                                            name)));
        return;
    }
    const auto before = m_d->cache.status({name, {}});
    if (auto renamed = m_d->repository.rename(name, wanted); !renamed || wanted == name) {
        done(std::move(renamed));
        return;
    }
    m_d->moveChoices(name, wanted, before);
    m_d->cache.unload({name, {}},
                      [d = m_d.get(), name, done = std::move(done)](const Result<void> &) {
                          d->cache.forget(name);
                          d->dropMeters();
                          done({});
                      });
    m_d->heard({ModelEventKind::Changed, {}, "", {}});
}

bool Workbench::ready() const
{
    return m_d->starts.allEnded();
}

std::optional<Error> Workbench::startFailure() const
{
    return m_d->starts.failure();
}

void Workbench::whenReady(std::function<void()> done)
{
    m_d->starts.whenEnded(std::move(done));
}

void Workbench::predict(InferenceRequest request, PredictDone done)
{
    if (m_d->stopping) {
        done(Error{ErrorCode::Unavailable,
                   "Warmbench is shutting down; send the request again when it is back."});
        return;
    }
    if (request.model.name.empty()) {
        auto name = defaultModel();
        if (!name) {
            done(std::move(name).error());
            return;
        }
        request.model.name = std::move(*name);
    }
    const Milliseconds allowed = request.deadline.value_or(m_d->options.deadline);
    m_d->runner.predict(std::move(request), allowed, std::move(done));
    m_d->lookBy(allowed);
}

void Workbench::describe(const ModelId &id, ModelCache::DescribeDone done)
{
    m_d->descriptions.describe(id, m_d->options.deadline, std::move(done));
    m_d->lookBy(m_d->options.deadline);
}

void Workbench::refreshWith(const ModelId &id, const std::string &engine,
                            ModelCache::RefreshDone done)
{
    m_d->choices.chooseEngine(id, engine, std::move(done));
}

void Workbench::edit(const ModelId &id, const std::string &changes, ModelCache::RefreshDone done)
{
    m_d->choices.edit(id, changes, std::move(done));
}

Result<std::filesystem::path> Workbench::saveEdits(const ModelId &id)
{
    return m_d->choices.save(id);
}

void Workbench::measure(const ModelId &id, std::function<void(Measured)> done)
{
    m_d->measurements.measure(id, std::move(done));
}

void Workbench::profile(ProfileRequest request, ProfileRunner::Done done)
{
    m_d->profiles.profile(std::move(request), std::move(done));
}

void Workbench::match(MatchRequest request, MatchRunner::Done done)
{
    if (m_d->stopping) {
        done(Error{ErrorCode::Unavailable,
                   "Warmbench is shutting down; match again when it is back."});
        return;
    }
    const Milliseconds allowed = request.deadline.value_or(m_d->options.deadline);
    m_d->matches.match(std::move(request), allowed, std::move(done));
}

void Workbench::compare(ComparisonRequest request, ComparisonRunner::Done done)
{
    const Milliseconds allowed = request.deadline.value_or(m_d->options.deadline);
    m_d->comparisons.compare(std::move(request), allowed, std::move(done));
}

void Workbench::graph(const ModelId &id, InspectionRunner::GraphDone done, std::stop_token stop)
{
    m_d->inspections.graph(id, std::move(done), std::move(stop));
}

void Workbench::weights(const ModelId &id, const std::string &initialiser,
                        InspectionRunner::WeightsDone done, std::stop_token stop)
{
    m_d->inspections.weights(id, initialiser, std::move(done), std::move(stop));
}

void Workbench::innerTensor(InnerTensorRequest request, InspectionRunner::TensorDone done)
{
    const Milliseconds allowed = request.deadline.value_or(m_d->options.deadline);
    m_d->inspections.innerTensor(std::move(request), allowed, std::move(done));
}

Result<std::string> Workbench::defaultModel() const
{
    if (!m_d->options.defaultModel.empty())
        return m_d->options.defaultModel;
    {
        const MutexLock lock(m_d->firstMutex);
        if (!m_d->firstModel.empty() && m_d->repository.contains(m_d->firstModel))
            return m_d->firstModel;
    }
    const auto entries = m_d->repository.entries({}, 1);
    if (entries.empty())
        return notFound("No model is open; open one in the window, name one when starting, or "
                        "start with --sample.");
    return entries.front().name;
}

std::string Workbench::servingVersion(const std::string &name) const
{
    return m_d->servingVersion(name);
}

Result<ModelView> Workbench::model(const ModelId &id) const
{
    if (auto known = m_d->source->contains(id); !known)
        return std::move(known).error();
    ModelView view;
    if (auto entry = m_d->repository.find(id.name))
        view.entry = std::move(*entry);
    view.entry.name = id.name;
    view.status.id = id;
    if (auto status = m_d->cache.status(id))
        view.status = std::move(*status);
    m_d->addVerdict(view);
    return view;
}

std::vector<ModelView> Workbench::models(const std::string &after, std::size_t most) const
{
    std::map<std::string, ModelView> views;
    for (auto &entry : m_d->repository.entries(after, most)) {
        ModelView &view = views[entry.name];
        view.status.id.name = entry.name;
        view.entry = std::move(entry);
    }
    for (auto &status : m_d->cache.statuses()) {
        if (!status.id.version.empty() || status.id.name <= after)
            continue;
        if (!views.contains(status.id.name) && !m_d->source->contains(status.id))
            continue; // the repository has dropped it, and the cache will forget it soon
        ModelView &view = views[status.id.name];
        view.entry.name = status.id.name;
        view.status = std::move(status);
    }
    std::vector<ModelView> sorted;
    sorted.reserve(views.size());
    for (auto &[name, view] : views) {
        if (sorted.size() == most)
            break;
        m_d->addVerdict(view);
        sorted.push_back(std::move(view));
    }
    return sorted;
}

Repository &Workbench::repository()
{
    return m_d->repository;
}

ModelCache &Workbench::cache()
{
    return m_d->cache;
}

Metrics &Workbench::metrics()
{
    return m_d->metrics;
}

const Scheduler &Workbench::scheduler() const
{
    return m_d->scheduler;
}

const WorkbenchOptions &Workbench::options() const
{
    return m_d->options;
}

int Workbench::addListener(std::function<void(const ModelEvent &)> listener)
{
    const MutexLock lock(m_d->listenerMutex);
    m_d->listeners.emplace(m_d->nextListener, std::move(listener));
    return m_d->nextListener++;
}

void Workbench::removeListener(int id)
{
    const MutexLock lock(m_d->listenerMutex);
    m_d->listeners.erase(id);
}

void Workbench::keepHouse()
{
    const MutexLock lock(m_d->houseMutex);
    const std::uint64_t round = ++m_d->roundsWanted;
    m_d->houseWake.notifyAll();
    while (!m_d->houseClosed && m_d->roundsDone < round)
        m_d->roundEnded.wait(m_d->houseMutex);
}

void Workbench::stop(std::chrono::milliseconds drain)
{
    m_d->stopping = true;
    const MutexLock lock(m_d->stopMutex);
    // Housekeeping first: it calls into everything else. Then the loader, whose continuations feed
    // the scheduler.
    m_d->folders.request_stop();
    m_d->house = {};
    m_d->folders = {};
    m_d->measurements.stop();
    m_d->comparisons.stop();
    m_d->inspections.stop();
    m_d->profiles.stop();
    m_d->equipped.stop();
    m_d->cache.close();
    m_d->scheduler.stop(drain);
}

} // namespace warmbench
