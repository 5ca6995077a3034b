#include "inference/workbench.h"

#include "base/logging.h"
#include "base/text.h"
#include "base/thread_name.h"
#include "inference/prediction_flow.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <fmt/format.h>
#include <list>
#include <map>
#include <mutex>
#include <thread>

namespace warmbench {

namespace {

constexpr std::chrono::seconds housekeepingInterval{1};
constexpr std::chrono::hours longestDeadline{24 * 365}; // nanoseconds overflow after 292 years

int coreCount()
{
    return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

// A prediction on its way; answers exactly once, whoever comes first.
class Flight
{
public:
    Flight(InferenceRequest asked, Workbench::PredictDone done, SteadyTime from, SteadyTime until)
        : request(std::move(asked))
        , start(from)
        , deadline(until)
        , m_done(std::move(done))
    {
    }

    bool answered() const { return m_answered.load(std::memory_order_acquire); }
    // True for the first caller alone, who then has to answer().
    bool claim() { return !m_answered.exchange(true, std::memory_order_acq_rel); }
    void answer(Result<Prediction> result) { m_done(std::move(result)); }

    const InferenceRequest request;
    const SteadyTime start;
    const SteadyTime deadline;
    // From here on: of the one thread that has the flight; housekeeping reads none of it.
    ModelHandle handle;
    CacheOutcome outcome = CacheOutcome::Hit;
    SteadyTime queued;
    std::atomic<bool> awaitsLoad{false};

private:
    std::atomic<bool> m_answered{false};
    Workbench::PredictDone m_done;
};
using FlightPtr = std::shared_ptr<Flight>;

Error deadlinePassed(const ModelId &model)
{
    return {ErrorCode::DeadlineExceeded,
            fmt::format("The model {} did not load before the deadline; try again when it is up.",
                        model.text())};
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

struct Workbench::Private
{
    Private(WorkbenchOptions o, const Clock &c, std::unique_ptr<ModelSource> s)
        : options(std::move(o))
        , clock(c)
        , source(s ? std::move(s) : makeLoader())
        , cache(*source, clock, options.cache)
        , scheduler(clock, {options.workers > 0 ? options.workers : std::max(2, coreCount()),
                            options.queueLimit})
    {
    }

    std::unique_ptr<ModelSource> makeLoader()
    {
        setEngineThreads(options.threads > 0
                             ? options.threads
                             : std::max(1, coreCount() / std::max(1, options.loader.instances)));
        std::vector<std::shared_ptr<Engine>> engines;
        engines.push_back(makeOpenCvEngine());
        return std::make_unique<ModelLoader>(repository, std::move(engines), options.loader);
    }

    void heard(const ModelEvent &event)
    {
        logEvent(event);
        if (event.kind == ModelEventKind::Loaded || event.kind == ModelEventKind::Refreshed)
            metrics.recordLoad(event.id.name, event.loadTime);
        const std::lock_guard lock(listenerMutex);
        for (const auto &[id, listener] : listeners)
            listener(event);
    }

    void start(const std::string &name);
    void startEnded(const Result<void> &result);

    void enqueue(const FlightPtr &flight);
    void run(const FlightPtr &flight);
    Result<Prediction> predicted(const Flight &flight) const;
    void finish(const FlightPtr &flight, Result<Prediction> result);
    void awaitLoad(const FlightPtr &flight);

    void keepHouse(const std::stop_token &stop);
    void goRound();
    void answerOverdue();
    void takeSample();
    void openFoundModels();

    const WorkbenchOptions options;
    const Clock &clock;
    Repository repository;
    std::unique_ptr<ModelSource> source;
    Metrics metrics;
    ModelCache cache;
    Scheduler scheduler;
    Histogram::Values latencyBefore;

    std::mutex listenerMutex;
    std::map<int, std::function<void(const ModelEvent &)>> listeners;
    int nextListener = 1;

    mutable std::mutex startMutex;
    int starting = 0;
    std::optional<Error> startFailure;
    std::vector<std::function<void()>> onReady;
    std::string firstModel;

    std::mutex loadingMutex;
    std::list<std::weak_ptr<Flight>> awaitingLoad;

    std::atomic<bool> stopping{false};
    std::mutex stopMutex;
    std::mutex houseMutex;
    std::condition_variable_any houseWake;
    std::uint64_t roundsWanted = 0;
    std::uint64_t roundsDone = 0;
    bool houseClosed = false;
    std::jthread house;
};

// ---- start ----

void Workbench::Private::start(const std::string &name)
{
    {
        const std::lock_guard lock(startMutex);
        ++starting;
    }
    cache.load({name, {}}, [this](const Result<void> &result) { startEnded(result); });
}

void Workbench::Private::startEnded(const Result<void> &result)
{
    std::vector<std::function<void()>> callbacks;
    {
        const std::lock_guard lock(startMutex);
        if (!result && !startFailure)
            startFailure = result.error();
        if (--starting == 0)
            callbacks.swap(onReady);
    }
    for (const auto &callback : callbacks)
        callback();
}

// ---- predictions ----

void Workbench::Private::awaitLoad(const FlightPtr &flight)
{
    flight->awaitsLoad = true;
    const std::lock_guard lock(loadingMutex);
    awaitingLoad.push_back(flight);
}

void Workbench::Private::enqueue(const FlightPtr &flight)
{
    flight->awaitsLoad = false;
    if (flight->answered()) {
        flight->handle.release();
        return;
    }
    flight->queued = clock.now();
    Job job;
    job.queue = flight->handle->id.text();
    job.concurrency = flight->handle->network->concurrency();
    job.deadline = flight->deadline;
    job.cancellation = flight->request.cancellation;
    job.run = [this, flight] { run(flight); };
    job.abandon = [this, flight](Error error) { finish(flight, std::move(error)); };
    if (auto submitted = scheduler.submit(std::move(job)); !submitted)
        finish(flight, submitted.error());
}

// Nothing may leave a request without its answer, not even a lack of memory.
Result<Prediction> Workbench::Private::predicted(const Flight &flight) const
{
    try {
        return runPrediction(*flight.handle, flight.request, flight.deadline, clock);
    } catch (const std::bad_alloc &) {
        return Error{ErrorCode::ResourceExhausted,
                     "There is not enough memory for this request; send less at once."};
    } catch (const std::exception &error) {
        return Error{
            ErrorCode::Internal,
            fmt::format("The prediction ended in an unexpected error, please report it: {}",
                        printable(error.what()))};
    }
}

void Workbench::Private::run(const FlightPtr &flight)
{
    const auto waited = clock.now() - flight->queued;
    auto result = predicted(*flight);
    if (result) {
        result->cache = flight->outcome;
        result->timings[Phase::Queue] = waited;
        result->timings.total = clock.now() - flight->start;
        for (const Phase phase : allPhases)
            metrics.recordPhase(result->model.name, static_cast<std::size_t>(phase),
                                result->timings[phase]);
    }
    finish(flight, std::move(result));
}

void Workbench::Private::finish(const FlightPtr &flight, Result<Prediction> result)
{
    const ModelId model = flight->handle ? flight->handle->id : flight->request.model;
    // The pin goes before the answer: who asks next finds the model idle.
    flight->handle.release();
    if (!flight->claim())
        return;
    metrics.recordPrediction(model.name, model.version, result.has_value(),
                             clock.now() - flight->start);
    flight->answer(std::move(result));
}

// ---- housekeeping ----

void Workbench::Private::keepHouse(const std::stop_token &stop)
{
    setThreadName("housekeeping");
    std::unique_lock lock(houseMutex);
    while (!stop.stop_requested()) {
        const std::uint64_t round = roundsWanted;
        lock.unlock();
        goRound();
        lock.lock();
        roundsDone = round;
        houseWake.notify_all();
        houseWake.wait_for(lock, stop, housekeepingInterval,
                           [this] { return roundsWanted != roundsDone; });
    }
    houseClosed = true;
    houseWake.notify_all();
}

void Workbench::Private::goRound()
{
    takeSample();
    cache.housekeep();
    scheduler.sweep();
    answerOverdue();
    if (repository.rescan())
        openFoundModels();
}

void Workbench::Private::openFoundModels()
{
    for (const ModelStatus &status : cache.statuses()) {
        if (!source->contains(status.id))
            cache.forget(status.id.name);
    }
    heard({ModelEventKind::Changed, {}, "The models in the folders changed.", {}});
}

void Workbench::Private::answerOverdue()
{
    std::vector<FlightPtr> overdue;
    {
        const std::lock_guard lock(loadingMutex);
        awaitingLoad.remove_if([&](const std::weak_ptr<Flight> &waiting) {
            auto flight = waiting.lock();
            if (!flight || flight->answered() || !flight->awaitsLoad)
                return true;
            if (clock.now() < flight->deadline)
                return false;
            overdue.push_back(std::move(flight));
            return true;
        });
    }
    for (const FlightPtr &flight : overdue) {
        if (!flight->claim())
            continue;
        const ModelId &model = flight->request.model;
        metrics.recordPrediction(model.name, model.version, false, clock.now() - flight->start);
        flight->answer(deadlinePassed(model));
    }
}

void Workbench::Private::takeSample()
{
    const CacheStatistics cached = cache.statistics();
    const Histogram::Values latency = metrics.predictionLatency();
    const Histogram::Values recent = latency - latencyBefore;
    latencyBefore = latency;

    MetricsSample sample;
    sample.time = clock.now();
    sample.wallTime = clock.wallNow();
    sample.hits = cached.hits;
    sample.misses = cached.misses;
    sample.coalesced = cached.coalesced;
    sample.requests = metrics.predictions();
    sample.modelBytes = cached.modelBytes;
    sample.budget = cached.budget;
    sample.residentBytes = residentMemory();
    sample.queueLength = static_cast<std::int64_t>(scheduler.waiting());
    sample.p50 = recent.quantile(0.50);
    sample.p95 = recent.quantile(0.95);
    sample.p99 = recent.quantile(0.99);
    for (const ModelStatus &status : cache.statuses()) {
        if (status.state == ModelState::Ready && status.facts)
            sample.models.emplace_back(status.id.name, status.facts->memory);
    }
    metrics.push(std::move(sample));
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
}

Workbench::~Workbench()
{
    stop(std::chrono::seconds(2));
    m_d->cache.setListener({}); // the members that heard() needs go before the cache does
}

Result<std::vector<std::string>> Workbench::open(const std::filesystem::path &path, bool load)
{
    auto names = m_d->repository.add(path);
    if (!names)
        return names;
    {
        const std::lock_guard lock(m_d->startMutex);
        if (m_d->firstModel.empty() && !names->empty())
            m_d->firstModel = names->front();
    }
    for (const std::string &name : *names) {
        const auto entry = m_d->repository.find(name);
        if (entry && ((load && entry->named) || m_d->options.preload))
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
    m_d->cache.unload({name, {}},
                      [d = m_d.get(), name, done = std::move(done)](const Result<void> &) {
                          d->cache.forget(name);
                          done({});
                      });
}

bool Workbench::ready() const
{
    const std::lock_guard lock(m_d->startMutex);
    return m_d->starting == 0;
}

std::optional<Error> Workbench::startFailure() const
{
    const std::lock_guard lock(m_d->startMutex);
    return m_d->startFailure;
}

void Workbench::whenReady(std::function<void()> done)
{
    {
        const std::lock_guard lock(m_d->startMutex);
        if (m_d->starting != 0) {
            m_d->onReady.push_back(std::move(done));
            return;
        }
    }
    done();
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
    const SteadyTime now = m_d->clock.now();
    const Milliseconds allowed = request.deadline.value_or(m_d->options.deadline);
    const bool unlimited = allowed < Milliseconds::zero() || allowed > longestDeadline;
    const SteadyTime deadline = unlimited ? SteadyTime::max() : now + allowed;
    const auto flight =
        std::make_shared<Flight>(std::move(request), std::move(done), now, deadline);

    if (auto handle = m_d->cache.acquireIfReady(flight->request.model, Purpose::Prediction)) {
        flight->handle = std::move(*handle);
        m_d->enqueue(flight);
        return;
    }
    m_d->awaitLoad(flight);
    m_d->cache.acquire(flight->request.model, Purpose::Prediction,
                       [d = m_d.get(), flight](Result<Acquired> acquired) {
                           if (!acquired) {
                               d->finish(flight, std::move(acquired).error());
                               return;
                           }
                           flight->handle = std::move(acquired->handle);
                           flight->outcome = acquired->outcome;
                           d->enqueue(flight);
                       });
}

Result<std::string> Workbench::defaultModel() const
{
    if (!m_d->options.defaultModel.empty())
        return m_d->options.defaultModel;
    {
        const std::lock_guard lock(m_d->startMutex);
        if (!m_d->firstModel.empty() && m_d->source->contains({m_d->firstModel, {}}))
            return m_d->firstModel;
    }
    const auto entries = m_d->repository.entries();
    if (entries.empty())
        return notFound("No model is open; open one in the window, name one when starting, or "
                        "start with --sample.");
    return entries.front().name;
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
    return view;
}

std::vector<ModelView> Workbench::models() const
{
    std::map<std::string, ModelView> views;
    for (auto &entry : m_d->repository.entries()) {
        ModelView &view = views[entry.name];
        view.status.id.name = entry.name;
        view.entry = std::move(entry);
    }
    for (auto &status : m_d->cache.statuses()) {
        if (!status.id.version.empty() || !m_d->source->contains(status.id))
            continue;
        ModelView &view = views[status.id.name];
        view.entry.name = status.id.name;
        view.status = std::move(status);
    }
    std::vector<ModelView> sorted;
    sorted.reserve(views.size());
    for (auto &[name, view] : views)
        sorted.push_back(std::move(view));
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
    const std::lock_guard lock(m_d->listenerMutex);
    m_d->listeners.emplace(m_d->nextListener, std::move(listener));
    return m_d->nextListener++;
}

void Workbench::removeListener(int id)
{
    const std::lock_guard lock(m_d->listenerMutex);
    m_d->listeners.erase(id);
}

void Workbench::keepHouse()
{
    std::unique_lock lock(m_d->houseMutex);
    const std::uint64_t round = ++m_d->roundsWanted;
    m_d->houseWake.notify_all();
    m_d->houseWake.wait(lock, [&] { return m_d->houseClosed || m_d->roundsDone >= round; });
}

void Workbench::stop(std::chrono::milliseconds drain)
{
    m_d->stopping = true;
    const std::lock_guard lock(m_d->stopMutex);
    // Housekeeping first: it calls into everything else. Then the loader, whose continuations feed
    // the scheduler.
    m_d->house = {};
    m_d->cache.close();
    m_d->scheduler.stop(drain);
}

} // namespace warmbench
