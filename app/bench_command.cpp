#include "commands.h"

#include "base/text.h"
#include "end_limit.h"
#include "inference/measurement/trial_inputs.h"
#include "inference/measurement/verdict_json.h"
#include "open_models.h"
#include "standard_output.h"
#include "tensor/json_object.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <fmt/format.h>
#include <future>
#include <latch>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace warmbench::app {

namespace {

using Clock = std::chrono::steady_clock;
using Nanoseconds = std::chrono::nanoseconds;

// When a measurement ends: after at least so many runs and so much time.
struct Goal
{
    std::int64_t runs = 0;
    Nanoseconds time{};
};

double inMilliseconds(Nanoseconds time)
{
    return std::chrono::duration<double, std::milli>(time).count();
}

struct Measured
{
    std::vector<Nanoseconds> latencies; // ascending, at least one
    Nanoseconds time{};                 // from the first start to the last end

    // The latency in milliseconds that this share of the runs does not exceed (nearest rank).
    double latency(double share) const
    {
        const auto rank = std::ceil(share * static_cast<double>(latencies.size()));
        return inMilliseconds(latencies[static_cast<std::size_t>(std::max(rank, 1.0)) - 1]);
    }
    double runsPerSecond() const
    {
        return static_cast<double>(latencies.size()) / std::chrono::duration<double>(time).count();
    }
};

// ---- inputs

Result<TensorInputs> benchInputs(const ModelBundle &model, int batch)
{
    auto tensors = trialInputs(model, batch, 7);
    if (!tensors)
        return std::move(tensors).error();
    TensorInputs inputs;
    for (std::size_t i = 0; i < tensors->size(); ++i)
        inputs.push_back({model.spec().inputs[i].name, std::move((*tensors)[i])});
    return inputs;
}

// ---- measuring

class Bench
{
public:
    Bench(Workbench &workbench, std::string model, TensorInputs inputs, int concurrency)
        : m_workbench(workbench)
        , m_model(std::move(model))
        , m_inputs(std::make_shared<const TensorInputs>(std::move(inputs)))
        , m_concurrency(concurrency)
    {
    }

    Result<Measured> reach(const Goal &goal)
    {
        m_begun = 0;
        m_measured = {};
        m_first = Clock::time_point::max();
        m_last = Clock::time_point::min();
        {
            // Threads begin together: starting them takes longer than quick runs.
            std::latch together(m_concurrency);
            std::vector<std::jthread> askers;
            for (int i = 0; i < m_concurrency; ++i)
                askers.emplace_back([&] {
                    together.arrive_and_wait();
                    ask(goal);
                });
        }
        if (m_failure)
            return *m_failure;
        m_measured.time = m_last - m_first;
        std::sort(m_measured.latencies.begin(), m_measured.latencies.end());
        return std::move(m_measured);
    }

private:
    void ask(const Goal &goal)
    {
        std::vector<Nanoseconds> latencies;
        std::optional<Error> failure;
        const auto start = Clock::now();
        auto end = start;
        while (!failure && !m_failed &&
               (m_begun.fetch_add(1) < goal.runs || end - start < goal.time)) {
            const auto begun = Clock::now();
            if (const auto done = predict(); !done)
                failure = done.error();
            end = Clock::now();
            latencies.push_back(end - begun);
        }
        const std::lock_guard lock(m_mutex);
        m_failed = m_failed || failure;
        if (failure && !m_failure)
            m_failure = std::move(failure);
        auto &all = m_measured.latencies;
        all.insert(all.end(), latencies.begin(), latencies.end());
        m_first = std::min(m_first, start);
        m_last = std::max(m_last, end);
    }

    Result<void> predict()
    {
        InferenceRequest request;
        request.model.name = m_model;
        request.quick = true;
        request.client = "bench";
        request.decode = [inputs = m_inputs](const ModelBundle &,
                                             RunControl &) -> Result<InferenceInputs> {
            return InferenceInputs(*inputs);
        };
        const auto promise = std::make_shared<std::promise<Result<void>>>();
        m_workbench.predict(std::move(request), [promise](const Result<Prediction> &prediction) {
            promise->set_value(prediction ? Result<void>() : prediction.error());
        });
        return promise->get_future().get();
    }

    Workbench &m_workbench;
    std::string m_model;
    std::shared_ptr<const TensorInputs> m_inputs;
    int m_concurrency;
    std::atomic<std::int64_t> m_begun = 0;
    std::atomic<bool> m_failed = false;
    std::mutex m_mutex;
    std::optional<Error> m_failure;
    Measured m_measured;
    Clock::time_point m_first;
    Clock::time_point m_last;
};

// ---- output

std::string asJson(const ModelBundle &model, const Options &options, const Measured &measured)
{
    const std::string latency = JsonObject()
                                    .real("p50", measured.latency(0.5))
                                    .real("p90", measured.latency(0.9))
                                    .real("p99", measured.latency(0.99))
                                    .real("max", measured.latency(1))
                                    .end();
    return JsonObject()
               .text("model", model.id.name)
               .text("digest", model.digest)
               .text("engine", model.engine)
               .real("load_ms", inMilliseconds(model.loadTime))
               .number("runs", std::ssize(measured.latencies))
               .number("batch", options.batch)
               .number("concurrency", options.concurrency)
               .raw("latency_ms", latency)
               .real("runs_per_second", measured.runsPerSecond())
               .real("samples_per_second", measured.runsPerSecond() * options.batch)
               .end() +
           "\n";
}

std::string asText(const ModelBundle &model, const Options &options, const Measured &measured)
{
    return fmt::format("model       {} ({}), loaded in {:.1f} ms\n"
                       "runs        {} of {} sample{}, {} at once\n"
                       "latency     p50 {:.3f} ms, p90 {:.3f} ms, p99 {:.3f} ms, max {:.3f} ms\n"
                       "throughput  {:.1f} samples a second\n",
                       model.id.name, model.engine, inMilliseconds(model.loadTime),
                       measured.latencies.size(), options.batch, options.batch == 1 ? "" : "s",
                       options.concurrency, measured.latency(0.5), measured.latency(0.9),
                       measured.latency(0.99), measured.latency(1),
                       measured.runsPerSecond() * options.batch);
}

Result<std::string> bench(Workbench &workbench, const CommandLine &line)
{
    const Options &options = line.options;
    const auto name = openOneModel(workbench, line.arguments.front().toStdString(), options.sample);
    if (!name)
        return name.error();
    const auto model = loadModel(workbench, *name);
    if (!model)
        return model.error();
    auto inputs = benchInputs(**model, options.batch);
    if (!inputs)
        return inputs.error();
    Bench asked(workbench, *name, *std::move(inputs), options.concurrency);
    const std::int64_t each = 2 * std::int64_t{options.concurrency};
    if (const auto warm = asked.reach({each, std::chrono::milliseconds(200)}); !warm)
        return warm.error();
    const auto measured = asked.reach(
        options.runs > 0 ? Goal{options.runs, {}}
                         : Goal{std::max<std::int64_t>(each, 20), std::chrono::seconds(2)});
    if (!measured)
        return measured.error();
    return options.json ? asJson(**model, options, *measured) : asText(**model, options, *measured);
}

// ---- engines

std::string lineOf(const EngineTrial &trial)
{
    const std::string name = fmt::format("{} {}", engineTitle(trial.engine), trial.version);
    if (!trial.refusal.empty())
        return fmt::format("{:<20}  refuses it: {}\n", name, trial.refusal);
    return fmt::format("{:<20}  {:>10.3f} ms a run  {:>8.1f} ms to load  {:>10}  {}\n", name,
                       inMilliseconds(trial.runTime), inMilliseconds(trial.loadTime),
                       toText(trial.memory),
                       !trial.agreement          ? "reference"
                       : trial.agreement->agrees ? "agrees"
                                                 : "differs");
}

std::string asText(const std::string &model, const Verdict &verdict)
{
    std::string out =
        fmt::format("model                 {}\nmachine               {}\n", model, verdict.machine);
    for (const EngineTrial &trial : verdict.engines)
        out += lineOf(trial);
    out += fmt::format("compared on           {} golden, {} seen, {} random inputs\n{}\n",
                       verdict.golden, verdict.seen, verdict.random, summaryOf(verdict));
    if (const EngineTrial *const offer = offerOf(verdict))
        out += fmt::format("To use it: \"engine\": \"{}\" in the model's settings file, or "
                           "--engine {}.\n",
                           offer->engine, offer->engine);
    return out;
}

Result<std::string> compareEngines(Workbench &workbench, const CommandLine &line)
{
    const auto name =
        openOneModel(workbench, line.arguments.front().toStdString(), line.options.sample);
    if (!name)
        return name.error();
    const auto promise = std::make_shared<std::promise<Workbench::Measured>>();
    workbench.measure({*name, {}}, [promise](Workbench::Measured verdict) {
        promise->set_value(std::move(verdict));
    });
    const auto verdict = promise->get_future().get();
    if (!verdict)
        return verdict.error();
    return line.options.json ? verdictJson(**verdict) + "\n" : asText(*name, **verdict);
}

} // namespace

int runBench(const CommandLine &line)
{
    const Options usual;
    if (line.options.engines &&
        (line.options.runs != usual.runs || line.options.batch != usual.batch ||
         line.options.concurrency != usual.concurrency)) {
        (void)fail(invalidArgument("--engines measures every engine alike, one run after the "
                                   "other; leave --runs, --batch and --concurrency out."));
        return wrongUsage;
    }
    const EndLimit limit(2 * joinTime);
    const SystemClock clock;
    Workbench workbench(line.options.workbench, clock);
    const auto told =
        line.options.engines ? compareEngines(workbench, line) : bench(workbench, line);
    limit.begin();
    workbench.stop(joinTime);
    if (!told)
        return fail(told.error());
    return StandardOutput().print(*told);
}

} // namespace warmbench::app
