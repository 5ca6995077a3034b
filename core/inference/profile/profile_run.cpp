#include "inference/profile/profile_run.h"

#include "base/awaited.h"
#include "base/processor_share.h"
#include "inference/measurement/trial_inputs.h"
#include "inference/measurement/verdict_store.h"
#include "inference/network_copy.h"

#include <algorithm>
#include <atomic>
#include <fmt/format.h>
#include <latch>
#include <numeric>
#include <thread>
#include <utility>

namespace warmbench {

namespace {

using Clock = std::chrono::steady_clock;
using Nanoseconds = std::chrono::nanoseconds;
using namespace std::chrono_literals;

constexpr std::int64_t fewestRuns = 20;
constexpr std::int64_t runsForP99 = 100;
constexpr Nanoseconds warmUp = 200ms;
constexpr Nanoseconds layerRuns = 500ms;
constexpr int mostLayerRuns = 50;
constexpr double busyOthers = 0.1; // of all cores: from there on figures suffer

Error ended()
{
    return {ErrorCode::Cancelled, "The profile was ended before its answer."};
}

// When a series ends: after at least so many runs and so much time.
struct Goal
{
    std::int64_t runs = 0;
    Nanoseconds time{};
};

// Free extents that are no samples may have to be as large as a window, or as divisible: what the
// model saw last fits in any case.
Result<std::vector<Tensor>> inputsFor(const ModelBundle &model, int batch)
{
    if (batch == 1 && model.seen) {
        if (auto seen = model.seen->last(); !seen.empty())
            return seen;
    }
    return trialInputs(model, batch, 7);
}

// Callers that send the same request again and again.
class Callers
{
public:
    Callers(ModelId model, const ProfileServices &services, const SeriesPlan &plan,
            std::shared_ptr<const TensorInputs> inputs, std::stop_token stop)
        : m_model(std::move(model))
        , m_services(services)
        , m_inputs(std::move(inputs))
        , m_stop(std::move(stop))
    {
        m_series.plan = plan;
    }

    Result<LatencySeries> reach(const Goal &goal)
    {
        const int callers = m_series.plan.concurrency;
        std::vector<Caller> heard(static_cast<std::size_t>(callers));
        m_begun = 0;
        m_failed = false;
        {
            // Threads begin together: starting them takes longer than quick runs.
            std::latch together(callers);
            std::vector<std::jthread> threads;
            for (Caller &caller : heard)
                threads.emplace_back([&] {
                    together.arrive_and_wait();
                    ask(goal, caller);
                });
        }
        m_series.latencies.clear();
        auto first = Clock::time_point::max();
        auto last = Clock::time_point::min();
        for (Caller &caller : heard) {
            if (caller.failure)
                return *std::move(caller.failure);
            m_series.latencies.insert(m_series.latencies.end(), caller.latencies.begin(),
                                      caller.latencies.end());
            first = std::min(first, caller.began);
            last = std::max(last, caller.ended);
        }
        m_series.time = last - first;
        std::sort(m_series.latencies.begin(), m_series.latencies.end());
        return m_series;
    }

private:
    // What one thread measures.
    struct Caller
    {
        std::vector<Nanoseconds> latencies;
        Clock::time_point began;
        Clock::time_point ended;
        std::optional<Error> failure;
    };

    void ask(const Goal &goal, Caller &caller)
    {
        caller.began = caller.ended = Clock::now();
        while (!m_failed &&
               (m_begun.fetch_add(1) < goal.runs || caller.ended - caller.began < goal.time)) {
            const auto begun = Clock::now();
            if (auto done = predict(); !done) {
                caller.failure = std::move(done).error();
                m_failed = true;
                return;
            }
            caller.ended = Clock::now();
            caller.latencies.push_back(caller.ended - begun);
        }
    }

    Result<void> predict() const
    {
        InferenceRequest request;
        request.model = m_model;
        request.quick = true;
        request.client = "profile";
        request.cancellation = m_stop;
        request.decode = [inputs = m_inputs](const ModelBundle &,
                                             RunControl &) -> Result<InferenceInputs> {
            return InferenceInputs(*inputs);
        };
        // The answer may come on this thread, or on a worker while this one waits.
        const auto answer = std::make_shared<Awaited<Result<void>>>();
        m_services.predictions.predict(
            std::move(request), forever, [answer](const Result<Prediction> &prediction) {
                answer->set(prediction ? Result<void>() : prediction.error());
            });
        return *answer->wait();
    }

    const ModelId m_model;
    const ProfileServices &m_services;
    const std::shared_ptr<const TensorInputs> m_inputs;
    const std::stop_token m_stop;
    std::atomic<std::int64_t> m_begun = 0;
    std::atomic<bool> m_failed = false;
    LatencySeries m_series;
};

class Profiling
{
public:
    Profiling(const ProfileRequest &request, const ProfileServices &services, std::stop_token stop)
        : m_request(request)
        , m_services(services)
        , m_stop(std::move(stop))
    {
    }

    Result<Profile> run();

private:
    Result<void> pin();
    Result<LatencySeries> measured(const SeriesPlan &plan);
    Result<void> measureLayers(const std::string &engine, EngineProfile &told) const;
    void tell(std::string next);
    void doubt(const CacheStatistics &before, const std::optional<ProcessorTimes> &busy);

    const ProfileRequest &m_request;
    const ProfileServices &m_services;
    const std::stop_token m_stop;
    ModelHandle m_model;
    std::size_t m_steps = 0;
    std::int64_t m_sent = 0; // predictions
    Profile m_profile;
};

std::string stepName(const SeriesPlan &plan)
{
    return fmt::format("{} caller{}, {} sample{} each", plan.concurrency,
                       plan.concurrency == 1 ? "" : "s", plan.batch, plan.batch == 1 ? "" : "s");
}

Result<Profile> Profiling::run()
{
    if (auto pinned = pin(); !pinned)
        return std::move(pinned).error();
    m_profile.model = m_model->id;
    m_profile.digest = m_model->digest;
    m_profile.engine = m_model->engine;
    m_profile.loadTime = m_model->loadTime;
    m_profile.machine = thisMachine();
    const auto before = m_services.cache.statistics();
    const auto busy = processorTimes();
    for (const SeriesPlan &plan : m_request.series) {
        tell(stepName(plan));
        auto series = measured(plan);
        if (m_stop.stop_requested())
            return ended();
        if (!series && m_profile.series.empty())
            return std::move(series).error();
        m_profile.series.push_back(series ? *std::move(series)
                                          : LatencySeries{plan, {}, {}, series.error().message});
    }
    doubt(before, busy);
    for (const std::string &engine : m_request.engines) {
        tell(engineTitle(engine));
        EngineProfile told;
        told.engine = engine;
        if (const EngineVersion *const version = engineVersion(engine))
            told.version = version->version;
        if (const auto done = measureLayers(engine, told); !done)
            told.refusal = done.error().message;
        if (m_stop.stop_requested())
            return ended();
        m_profile.engines.push_back(std::move(told));
    }
    return std::move(m_profile);
}

Result<void> Profiling::pin()
{
    const auto acquired = std::make_shared<Awaited<Result<Acquired>>>();
    m_services.cache.acquire(m_request.model, Purpose::Other,
                             [acquired](Result<Acquired> got) { acquired->set(std::move(got)); });
    auto got = acquired->wait(m_stop);
    if (!got)
        return ended();
    if (!*got)
        return std::move(*got).error();
    m_model = std::move((*got)->handle);
    return {};
}

Result<LatencySeries> Profiling::measured(const SeriesPlan &plan)
{
    auto tensors = inputsFor(*m_model, plan.batch);
    if (!tensors)
        return std::move(tensors).error();
    TensorInputs inputs;
    for (std::size_t i = 0; i < tensors->size(); ++i)
        inputs.push_back({m_model->spec().inputs[i].name, std::move((*tensors)[i])});
    Callers callers(m_request.model, m_services, plan,
                    std::make_shared<const TensorInputs>(std::move(inputs)), m_stop);
    const std::int64_t each = 2 * std::int64_t{plan.concurrency};
    auto warm = callers.reach({each, std::min(warmUp, m_request.each)});
    if (!warm)
        return warm;
    auto series =
        callers.reach(m_request.runs > 0 ? Goal{m_request.runs, {}}
                                         : Goal{std::max(each, fewestRuns), m_request.each});
    if (series)
        m_sent += std::ssize(warm->latencies) + std::ssize(series->latencies);
    return series;
}

Result<void> Profiling::measureLayers(const std::string &engine, EngineProfile &told) const
{
    auto copy =
        copyOf(*m_model,
               {.purpose = "Profiling " + m_model->id.name, .engine = engine, .timeLayers = true},
               m_services.source, m_services.cache);
    if (!copy)
        return std::move(copy).error();
    Network &network = *copy->model->network;
    told.loadTime = copy->model->loadTime;
    told.memory = copy->model->memory;
    auto inputs = inputsFor(*m_model, 1);
    if (!inputs)
        return std::move(inputs).error();
    const auto began = Clock::now();
    if (auto first = network.run(*inputs, m_stop); !first)
        return std::move(first).error();
    told.firstRun = Clock::now() - began;
    told.runs = static_cast<int>(std::clamp<std::int64_t>(
        layerRuns / std::max(told.firstRun, Nanoseconds(1)), 3, mostLayerRuns));
    auto layers = network.timeLayers(*inputs, told.runs, m_stop);
    if (!layers)
        return std::move(layers).error();
    told.layers = *std::move(layers);
    return {};
}

void Profiling::tell(std::string next)
{
    if (m_request.heard)
        m_request.heard(
            {m_steps++, m_request.series.size() + m_request.engines.size(), std::move(next)});
}

void Profiling::doubt(const CacheStatistics &before, const std::optional<ProcessorTimes> &busy)
{
    auto &doubts = m_profile.doubts;
    const auto after = processorTimes();
    const double others = busy && after ? shareOfOthers(*busy, *after) : 0;
    if (others >= busyOthers)
        doubts.push_back(fmt::format("Other programs used {:.0f} % of the processor meanwhile; "
                                     "close them and measure again.",
                                     others * 100));
    const CacheStatistics now = m_services.cache.statistics();
    const std::int64_t foreign = now.hits + now.misses + now.coalesced - before.hits -
                                 before.misses - before.coalesced - m_sent;
    if (foreign > 0)
        doubts.push_back(
            fmt::format("{} other prediction{} ran meanwhile.", foreign, foreign == 1 ? "" : "s"));
    std::int64_t fewest = runsForP99;
    for (const LatencySeries &series : m_profile.series) {
        if (series.refusal.empty())
            fewest = std::min(fewest, static_cast<std::int64_t>(std::ssize(series.latencies)));
    }
    if (fewest < runsForP99)
        doubts.push_back(
            fmt::format("The shortest series has only {} run{}: its p99 is its slowest "
                        "run; measure for longer.",
                        fewest, fewest == 1 ? "" : "s"));
}

} // namespace

std::vector<std::string> enginesHere()
{
    std::vector<std::string> names;
    for (const EngineVersion &engine : engineVersions()) {
        if (!engine.version.empty())
            names.push_back(engine.name);
    }
    return names;
}

std::vector<SeriesPlan> usualSeries()
{
    return {{1, 1}, {2, 1}, {4, 1}, {8, 1}, {1, 2}, {1, 4}, {1, 8}, {1, 16}};
}

double shareOf(const LayerTime &layer, const LayerTimes &layers)
{
    const Nanoseconds all =
        std::accumulate(layers.layers.begin(), layers.layers.end(), Nanoseconds{},
                        [](Nanoseconds sum, const LayerTime &one) { return sum + one.time; });
    return all.count() > 0
               ? static_cast<double>(layer.time.count()) / static_cast<double>(all.count())
               : 0;
}

Result<Profile> profileModel(const ProfileRequest &request, const ProfileServices &services,
                             const std::stop_token &stop)
{
    return Profiling(request, services, stop).run();
}

} // namespace warmbench
