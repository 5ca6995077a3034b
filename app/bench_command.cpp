#include "commands.h"

#include "base/text.h"
#include "end_limit.h"
#include "http/bodies/json_object.h"
#include "inference/batching.h"
#include "open_models.h"
#include "standard_output.h"
#include "tensor/trial_tensor.h"

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

// What a free extent becomes: the size of the model's pictures, else 1.
std::int64_t freeExtent(const ModelBundle &model, std::size_t input, std::size_t axis)
{
    const TensorSpec &spec = model.spec().inputs[input];
    if (model.input.kind != InputKind::Image || model.input.index != input ||
        spec.shape.size() != 4)
        return 1;
    const Preprocessing &picture = model.input.preprocessing;
    const std::size_t height = picture.layout == Layout::Nchw ? 2 : 1;
    if (axis == height)
        return picture.height;
    return axis == height + 1 ? picture.width : channelCount(picture.channels);
}

Result<Tensor> trial(const ModelBundle &model, std::size_t input, int batch)
{
    const TensorSpec &spec = model.spec().inputs[input];
    if (spec.dtype == DType::String)
        return failedPrecondition(fmt::format(
            "Input \"{}\" takes texts, and bench sends numbers alone.", printable(spec.name)));
    Shape shape;
    for (std::size_t axis = 0; axis < spec.shape.size(); ++axis) {
        const bool samples = axis == 0 && hasBatchDimension(model.spec());
        shape.push_back(samples                   ? batch
                        : spec.shape[axis].free() ? freeExtent(model, input, axis)
                                                  : spec.shape[axis].size);
    }
    return trialTensor(spec.dtype, shape, 7, 0);
}

Result<TensorInputs> trialInputs(const ModelBundle &model, int batch)
{
    if (batch > 1 && !(hasBatchDimension(model.spec()) && model.network->batches()))
        return failedPrecondition(
            fmt::format("\"{}\" takes one sample at a time; leave --batch out.", model.id.name));
    TensorInputs inputs;
    for (std::size_t i = 0; i < model.spec().inputs.size(); ++i) {
        auto tensor = trial(model, i, batch);
        if (!tensor)
            return tensor.error();
        inputs.push_back({model.spec().inputs[i].name, *std::move(tensor)});
    }
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
    const std::string latency = http::JsonObject()
                                    .real("p50", measured.latency(0.5))
                                    .real("p90", measured.latency(0.9))
                                    .real("p99", measured.latency(0.99))
                                    .real("max", measured.latency(1))
                                    .end();
    return http::JsonObject()
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

Result<ModelHandle> loaded(Workbench &workbench, const std::string &model)
{
    const auto promise = std::make_shared<std::promise<Result<Acquired>>>();
    workbench.cache().acquire({model, {}}, Purpose::Other, [promise](Result<Acquired> acquired) {
        promise->set_value(std::move(acquired));
    });
    auto acquired = promise->get_future().get();
    if (!acquired)
        return std::move(acquired).error();
    return std::move(acquired->handle);
}

Result<std::string> bench(Workbench &workbench, const CommandLine &line)
{
    const Options &options = line.options;
    const auto name = openOneModel(workbench, line.arguments.front().toStdString(), options.sample);
    if (!name)
        return name.error();
    const auto model = loaded(workbench, *name);
    if (!model)
        return model.error();
    auto inputs = trialInputs(**model, options.batch);
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

} // namespace

int runBench(const CommandLine &line)
{
    const EndLimit limit(2 * joinTime);
    const SystemClock clock;
    Workbench workbench(line.options.workbench, clock);
    const auto told = bench(workbench, line);
    limit.begin();
    workbench.stop(joinTime);
    if (!told)
        return fail(told.error());
    return StandardOutput().print(*told);
}

} // namespace warmbench::app
