#include "commands.h"

#include "base/text.h"
#include "end_limit.h"
#include "inference/measurement/verdict_json.h"
#include "inference/profile/profile_export.h"
#include "open_models.h"
#include "standard_output.h"

#include <chrono>
#include <fmt/format.h>
#include <future>
#include <memory>

namespace warmbench::app {

namespace {

using Nanoseconds = std::chrono::nanoseconds;

double inMilliseconds(Nanoseconds time)
{
    return std::chrono::duration<double, std::milli>(time).count();
}

// ---- output

std::string latencyText(const LatencySeries &series)
{
    return fmt::format("p50 {:.3f} ms, p90 {:.3f} ms, p99 {:.3f} ms, max {:.3f} ms",
                       inMilliseconds(series.latency(0.5)), inMilliseconds(series.latency(0.9)),
                       inMilliseconds(series.latency(0.99)), inMilliseconds(series.latency(1)));
}

std::string asText(const LatencySeries &series)
{
    return fmt::format("runs        {} of {} sample{}, {} at once\n"
                       "latency     {}\n"
                       "throughput  {:.1f} samples a second\n",
                       series.latencies.size(), series.plan.batch,
                       series.plan.batch == 1 ? "" : "s", series.plan.concurrency,
                       latencyText(series), series.samplesPerSecond());
}

std::string lineOf(const LatencySeries &series)
{
    const std::string what =
        fmt::format("{:>4} at once of {:>3}", series.plan.concurrency, series.plan.batch);
    if (!series.refusal.empty())
        return fmt::format("{}  refused: {}\n", what, series.refusal);
    return fmt::format("{}  {:>10.1f} samples a second  {}\n", what, series.samplesPerSecond(),
                       latencyText(series));
}

std::string asText(const EngineProfile &engine)
{
    const std::string title = fmt::format("{} {}", engineTitle(engine.engine), engine.version);
    if (!engine.refusal.empty())
        return fmt::format("\n{} does not tell its layers: {}\n", title, engine.refusal);
    std::string out =
        fmt::format("\n{}: {:.1f} ms to load, {:.3f} ms the first run, {:.3f} ms a run of {}\n",
                    title, inMilliseconds(engine.loadTime), inMilliseconds(engine.firstRun),
                    inMilliseconds(engine.layers.run), engine.runs);
    for (const LayerTime &layer : engine.layers.layers)
        out += fmt::format("{:>10.3f} ms {:>5.1f} %  {:<24}  {}\n", inMilliseconds(layer.time),
                           100 * shareOf(layer, engine.layers), printable(layer.type, 60),
                           printable(layer.name, 100));
    return out;
}

std::string asText(const Profile &profile)
{
    std::string out = fmt::format("model       {} ({}), loaded in {:.1f} ms\n", profile.model.name,
                                  profile.engine, inMilliseconds(profile.loadTime));
    if (profile.series.size() == 1)
        out += asText(profile.series.front());
    else
        for (const LatencySeries &series : profile.series)
            out += lineOf(series);
    for (const EngineProfile &engine : profile.engines)
        out += asText(engine);
    for (const std::string &doubt : profile.doubts)
        out += doubt + '\n';
    return out;
}

Result<std::string> bench(Workbench &workbench, const CommandLine &line)
{
    const Options &options = line.options;
    const auto name = openOneModel(workbench, line.arguments.front().toStdString(), options.sample);
    if (!name)
        return name.error();
    ProfileRequest request;
    request.model.name = *name;
    request.runs = options.runs;
    request.each = std::chrono::seconds(2);
    request.series = {{options.concurrency, options.batch}};
    if (options.sweep) {
        request.series = usualSeries();
        request.each = std::chrono::seconds(1);
    }
    if (options.layers)
        request.engines = enginesHere();
    using Profiled = Result<std::shared_ptr<const Profile>>;
    const auto promise = std::make_shared<std::promise<Profiled>>();
    workbench.profile(std::move(request),
                      [promise](Profiled profile) { promise->set_value(std::move(profile)); });
    const auto profile = promise->get_future().get();
    if (!profile)
        return profile.error();
    return options.json ? profileJson(**profile) + "\n" : asText(**profile);
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
    const bool loaded =
        line.options.batch != usual.batch || line.options.concurrency != usual.concurrency;
    if (line.options.engines &&
        (line.options.runs != usual.runs || loaded || line.options.sweep || line.options.layers)) {
        (void)fail(invalidArgument("--engines measures every engine alike, one run after the "
                                   "other; leave --runs, --batch, --concurrency, --sweep and "
                                   "--layers out."));
        return wrongUsage;
    }
    if (line.options.sweep && loaded) {
        (void)fail(invalidArgument("--sweep tries several batches and numbers of callers; leave "
                                   "--batch and --concurrency out."));
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
