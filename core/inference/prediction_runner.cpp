#include "inference/prediction_runner.h"

#include "base/exceptions.h"
#include "inference/prediction_flow.h"
#include "tensor/picture_allowance.h"

#include <atomic>
#include <fmt/format.h>
#include <functional>
#include <numeric>

namespace warmbench {

namespace {

static_assert(allPhases.size() == ModelMeter::phaseCount);

// Requests whose pictures take longer to decode run on at most half of the workers.
constexpr std::chrono::milliseconds mostLightPictures{100};

Error deadlinePassed(const ModelId &model)
{
    return {ErrorCode::DeadlineExceeded,
            fmt::format("The model {} did not load before the deadline; try again when it is up.",
                        model.text())};
}

// What one prediction adds to the counters that Triton's statistics show. Triton has its models
// loaded before a request comes, so a wait for a load counts only in the total.
InferenceTotals totalsOf(const Prediction &prediction)
{
    InferenceTotals one;
    one.requests = 1;
    one.samples = std::max<std::int64_t>(1, std::ssize(prediction.results));
    one.runs = static_cast<std::int64_t>(prediction.runs);
    one.total = prediction.timings.total;
    one.queue = prediction.timings[Phase::Queue];
    one.input = prediction.timings[Phase::Decode] + prediction.timings[Phase::Preprocess];
    one.infer = prediction.timings[Phase::Infer];
    one.output = prediction.timings[Phase::Postprocess];
    return one;
}

} // namespace

// A request on its way. It is answered exactly once, by whoever claims it first.
class PredictionRunner::Flight
{
public:
    Flight(InferenceRequest asked, PredictionDone done, SteadyTime from, SteadyTime until)
        : request(std::move(asked))
        , start(from)
        , deadline(until)
        , loaded(from)
        , m_done(std::move(done))
    {
    }

    bool answered() const { return m_answered.load(std::memory_order_acquire); }
    // True only for the first caller, who must then call answer().
    bool claim() { return !m_answered.exchange(true, std::memory_order_acq_rel); }
    // Writing a large answer may run out of memory; the second call only has to write an error.
    void answer(Result<Prediction> result)
    {
        try {
            m_done(std::move(result));
        } catch (...) {
            const Error error = loggedException("inference");
            contained("inference", [&] { m_done(error); });
        }
    }

    const InferenceRequest request;
    const SteadyTime start;
    const SteadyTime deadline;
    // These belong to the one thread that works on the flight at the moment.
    ModelHandle handle;
    CacheOutcome outcome = CacheOutcome::Hit;
    SteadyTime loaded; // when the model was there; the start if it did not wait for a load
    std::atomic<bool> awaitsLoad{false};
    // Requested once nobody waits for the answer any more; only a run that may take long has it.
    std::stop_source ending{std::nostopstate};

private:
    std::atomic<bool> m_answered{false};
    PredictionDone m_done;
};

// A run that is to end when its client goes or its deadline passes.
class PredictionRunner::UnderWay
{
public:
    UnderWay(PredictionRunner &runner, FlightPtr flight)
        : m_runner(runner)
        , m_flight(withEnding(std::move(flight)))
        , m_gone(m_flight->request.cancellation, Ending{m_flight.get()})
    {
        const MutexLock lock(m_runner.m_mutex);
        m_runner.m_underWay.push_back(m_flight);
    }
    ~UnderWay()
    {
        const MutexLock lock(m_runner.m_mutex);
        std::erase(m_runner.m_underWay, m_flight);
    }
    UnderWay(const UnderWay &) = delete;
    UnderWay &operator=(const UnderWay &) = delete;

private:
    static FlightPtr withEnding(FlightPtr flight)
    {
        flight->ending = std::stop_source();
        return flight;
    }
    struct Ending
    {
        Flight *flight;
        void operator()() const { flight->ending.request_stop(); }
    };

    PredictionRunner &m_runner;
    const FlightPtr m_flight;
    const std::stop_callback<Ending> m_gone;
};

PredictionRunner::PredictionRunner(ModelCache &cache, Scheduler &scheduler, Metrics &metrics,
                                   const Clock &clock, Bytes memory)
    : m_cache(cache)
    , m_scheduler(scheduler)
    , m_metrics(metrics)
    , m_clock(clock)
    , m_memory(std::make_shared<MemoryBudget>(memory))
{
}

void PredictionRunner::predict(InferenceRequest request, Milliseconds allowed, PredictionDone done)
{
    const SteadyTime now = m_clock.now();
    const SteadyTime deadline = deadlineAfter(now, allowed);
    if (!request.memory)
        request.memory = m_memory;
    const auto flight =
        std::make_shared<Flight>(std::move(request), std::move(done), now, deadline);

    if (auto handle = m_cache.acquireIfReady(flight->request.model, Purpose::Prediction)) {
        flight->handle = std::move(*handle);
        enqueue(flight, flight->request.quick);
        return;
    }
    awaitLoad(flight);
    m_cache.acquire(flight->request.model, Purpose::Prediction,
                    [this, flight](Result<Acquired> acquired) {
                        if (!acquired) {
                            finish(flight, std::move(acquired).error());
                            return;
                        }
                        flight->handle = std::move(acquired->handle);
                        flight->outcome = acquired->outcome;
                        if (flight->outcome != CacheOutcome::Hit)
                            flight->loaded = m_clock.now();
                        enqueue(flight, false);
                    });
}

void PredictionRunner::awaitLoad(const FlightPtr &flight)
{
    flight->awaitsLoad = true;
    const MutexLock lock(m_mutex);
    m_awaitingLoad.push_back(flight);
}

void PredictionRunner::enqueue(const FlightPtr &flight, bool here)
{
    flight->awaitsLoad = false;
    if (flight->answered()) {
        flight->handle.release();
        return;
    }
    const Network &network = *flight->handle->network;
    const auto runAtOnce = [this, &flight] { run(flight, Place::Light); };
    if (here && network.usualTime() < quickRunTime &&
        m_scheduler.runHere(flight->handle->id.text(), network.concurrency(), runAtOnce))
        return;
    if (auto submitted = m_scheduler.submit(jobFor(flight, Place::Light)); !submitted)
        finish(flight, submitted.error());
}

Job PredictionRunner::jobFor(const FlightPtr &flight, Place place)
{
    Job job;
    job.queue = flight->handle->id.text();
    job.concurrency = flight->handle->network->concurrency();
    job.deadline = flight->deadline;
    job.cancellation = flight->request.cancellation;
    job.run = [this, flight, place] { run(flight, place); };
    job.abandon = [this, flight](Error error) { finish(flight, std::move(error)); };
    return job;
}

// Every request gets an answer, even when memory runs out.
Result<Prediction> PredictionRunner::predicted(const Flight &flight) const
{
    try {
        return runPrediction(*flight.handle, flight.request, flight.deadline, m_clock,
                             flight.ending.get_token());
    } catch (...) {
        return loggedException("inference");
    }
}

std::optional<Result<Prediction>> PredictionRunner::predictedLightly(const Flight &flight) const
{
    const PictureAllowance allowance(mostLightPictures);
    std::optional<Result<Prediction>> result(predicted(flight));
    if (allowance.exceeded())
        result.reset();
    return result;
}

// Only the decoder finds out how long pictures take. If it is too long, the job starts again in a
// place for heavy jobs, so that workers are left for others.
void PredictionRunner::run(const FlightPtr &flight, Place place)
{
    std::optional<UnderWay> underWay;
    if (flight->handle->network->usualTime() >= quickRunTime)
        underWay.emplace(*this, flight);
    auto result = place == Place::Light ? predictedLightly(*flight)
                                        : std::optional<Result<Prediction>>(predicted(*flight));
    if (!result) {
        m_scheduler.giveBack(jobFor(flight, Place::Heavy));
        return;
    }
    underWay.reset();
    if (*result)
        record(*flight, **result);
    finish(flight, std::move(*result));
}

void PredictionRunner::record(const Flight &flight, Prediction &prediction)
{
    prediction.cache = flight.outcome;
    PhaseTimings &timings = prediction.timings;
    timings.total = m_clock.now() - flight.start;
    timings[Phase::Load] = flight.loaded - flight.start;
    // The rest of the time is the wait for a worker, including an attempt in a light place that was
    // given up.
    timings[Phase::Queue] = std::accumulate(timings.phases.begin(), timings.phases.end(),
                                            timings.total, std::minus<>());
    if (ModelMeter *meter = flight.handle->meter.get()) {
        for (const Phase phase : allPhases) {
            if (phase != Phase::Load || flight.outcome != CacheOutcome::Hit)
                meter->recordPhase(static_cast<std::size_t>(phase), timings[phase]);
        }
        meter->recordInference(totalsOf(prediction));
    }
}

void PredictionRunner::finish(const FlightPtr &flight, Result<Prediction> result)
{
    std::shared_ptr<ModelMeter> meter;
    if (flight->handle)
        meter = flight->handle->meter;
    // Clients can make up any number of unknown names; those get no meter.
    else if (result || result.error().code != ErrorCode::NotFound)
        meter = m_metrics.meter(flight->request.model.name, flight->request.model.version);
    // The model is released before the answer, so that a client who then asks finds it idle.
    flight->handle.release();
    if (!flight->claim())
        return;
    // A prediction has read the clock a moment ago.
    const auto total = result ? result->timings.total : m_clock.now() - flight->start;
    m_metrics.recordPrediction(total);
    if (meter)
        meter->predictions.record(total);
    flight->answer(std::move(result));
}

void PredictionRunner::stopOverdueRuns(SteadyTime &earliest)
{
    std::vector<FlightPtr> overdue;
    {
        const MutexLock lock(m_mutex);
        const SteadyTime now = m_clock.now();
        for (const FlightPtr &flight : m_underWay) {
            if (flight->deadline <= now)
                overdue.push_back(flight);
            else
                earliest = std::min(earliest, flight->deadline);
        }
    }
    for (const FlightPtr &flight : overdue)
        flight->ending.request_stop();
}

SteadyTime PredictionRunner::answerOverdue()
{
    std::vector<FlightPtr> overdue;
    SteadyTime earliest = SteadyTime::max();
    {
        const MutexLock lock(m_mutex);
        m_awaitingLoad.remove_if([&](const std::weak_ptr<Flight> &waiting) {
            auto flight = waiting.lock();
            if (!flight || flight->answered() || !flight->awaitsLoad)
                return true;
            if (m_clock.now() < flight->deadline) {
                earliest = std::min(earliest, flight->deadline);
                return false;
            }
            overdue.push_back(std::move(flight));
            return true;
        });
    }
    stopOverdueRuns(earliest);
    for (const FlightPtr &flight : overdue) {
        if (!flight->claim())
            continue;
        const ModelId &model = flight->request.model;
        const auto total = m_clock.now() - flight->start;
        m_metrics.recordPrediction(total);
        m_metrics.meter(model.name, model.version)->predictions.record(total);
        flight->answer(deadlinePassed(model));
    }
    return earliest;
}

} // namespace warmbench
