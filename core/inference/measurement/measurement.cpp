#include "inference/measurement/measurement.h"

#include "base/contained_path.h"
#include "base/file.h"
#include "base/mutex.h"
#include "inference/body/prediction_body.h"
#include "inference/measurement/trial_inputs.h"
#include "inference/network_copy.h"
#include "inference/prediction_flow.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace warmbench {

namespace {

using Nanoseconds = std::chrono::nanoseconds;

constexpr std::size_t mostGolden = 4;
constexpr Bytes longestGolden = mebibytes(64);
constexpr int randomInputs = 2;
constexpr Bytes mostRandom = mebibytes(64);
// A run that takes longer is ended, if the engine can: values may make a loop endless.
constexpr std::chrono::seconds longestRun{30};
// A round runs each engine for so long, but once at least.
constexpr std::chrono::milliseconds turn{50};
constexpr int rounds = 9;
// Networks that take seconds get fewer rounds.
constexpr std::chrono::seconds mostRounds{20};

Error stopped()
{
    return {ErrorCode::Unavailable, "The measurement was ended; measure again."};
}

// Passes runs on and keeps the inputs of the first, which are a request's as the network gets them.
class InputCapture final : public Network
{
public:
    explicit InputCapture(std::shared_ptr<Network> network)
        : m_network(std::move(network))
    {
    }
    const NetworkSpec &spec() const override { return m_network->spec(); }
    int concurrency() const override { return m_network->concurrency(); }
    bool batches() const override { return m_network->batches(); }
    NetworkMeasure measure() const override { return m_network->measure(); }
    Nanoseconds usualTime() const override { return m_network->usualTime(); }
    Result<RunCost> cost(std::span<const Shape> inputs) const override
    {
        return m_network->cost(inputs);
    }
    Result<std::vector<Tensor>> run(std::span<const Tensor> inputs,
                                    const std::stop_token &stop) override
    {
        if (m_inputs.empty())
            m_inputs.assign(inputs.begin(), inputs.end());
        return m_network->run(inputs, stop);
    }
    std::vector<Tensor> take() { return std::move(m_inputs); }

private:
    std::shared_ptr<Network> m_network;
    std::vector<Tensor> m_inputs;
};

// An engine's network, and what it has shown so far.
struct Candidate
{
    EngineTrial trial;
    MemoryLoan loan;
    std::unique_ptr<ModelBundle> model; // null if the engine refuses
    std::vector<Nanoseconds> times;

    Network &network() const { return *model->network; }
    void refuse(const Error &error)
    {
        trial.refusal = error.message;
        model.reset();
        loan = {};
    }
};

struct Trial
{
    InputSource source = InputSource::Random;
    std::vector<Tensor> inputs;
    std::vector<Tensor> expected; // of the reference
    MemoryLoan loan;
};

class Measurement
{
public:
    Measurement(ModelId asked, LoadPlan plan, ModelSource &source, ModelCache &cache,
                const Clock &clock, std::stop_token stop)
        : m_asked(std::move(asked))
        , m_plan(std::move(plan))
        , m_source(source)
        , m_cache(cache)
        , m_clock(clock)
        , m_stop(std::move(stop))
    {
        m_plan.settings.instances = 1; // one caller measures
    }

    Result<Verdict> run();

private:
    Result<void> load(const std::string &engine);
    Candidate *reference();
    Result<void> gatherInputs(const Candidate &reference);
    void gatherGolden(const Candidate &reference);
    void gatherSeen(const Candidate &reference);
    Result<void> gatherRandom(const Candidate &reference);
    Result<void> tryOn(const Candidate &reference, InputSource source, std::vector<Tensor> inputs);
    // Runs within longestRun. Also DeadlineExceeded, and Unavailable where the measurement ends.
    Result<std::vector<Tensor>> run(Network &network, std::span<const Tensor> inputs) const;
    Result<void> compare(Candidate &candidate);
    Result<void> time();
    Verdict verdict() const;

    const ModelId m_asked; // the plan's id has the version, under which it may not be loaded
    LoadPlan m_plan;
    ModelSource &m_source;
    ModelCache &m_cache;
    const Clock &m_clock;
    const std::stop_token m_stop;
    std::vector<Candidate> m_candidates;
    std::vector<Trial> m_trials;
};

Result<Verdict> Measurement::run()
{
    for (const std::string &engine : m_source.enginesFor(m_plan)) {
        if (auto loaded = load(engine); !loaded)
            return std::move(loaded).error();
    }
    const Candidate *const first = reference();
    if (!first)
        return failedPrecondition(m_candidates.empty()
                                      ? fmt::format("No engine reads the model {}.", m_asked.name)
                                      : m_candidates.front().trial.refusal);
    if (auto gathered = gatherInputs(*first); !gathered)
        return std::move(gathered).error();
    for (Candidate &candidate : m_candidates) {
        if (&candidate == first || !candidate.model)
            continue;
        if (auto compared = compare(candidate); !compared)
            return std::move(compared).error();
    }
    if (auto timed = time(); !timed)
        return std::move(timed).error();
    if (m_stop.stop_requested())
        return stopped();
    // What was read of changing files says nothing about any of their states.
    if (m_source.stampsNow(*first->model) != m_plan.stamps)
        return failedPrecondition(
            fmt::format("The files of model \"{}\" changed while it was measured; measure again.",
                        m_asked.name));
    return verdict();
}

Result<void> Measurement::load(const std::string &engine)
{
    if (m_stop.stop_requested())
        return stopped();
    Candidate &candidate = m_candidates.emplace_back();
    candidate.trial.engine = engine;
    if (const auto *const known = engineVersion(engine))
        candidate.trial.version = known->version;
    LoadPlan plan = m_plan;
    plan.engine = engine;
    auto loaded =
        loadBeside(std::move(plan),
                   fmt::format("Measuring {} loads it once for each engine and", m_plan.id.name),
                   m_source, m_cache);
    if (!loaded && loaded.error().code == ErrorCode::ResourceExhausted)
        return std::move(loaded).error();
    if (!loaded) {
        candidate.refuse(loaded.error());
        return {};
    }
    candidate.loan = std::move(loaded->loan);
    candidate.model = std::move(loaded->model);
    candidate.trial.memory = candidate.model->memory;
    candidate.trial.loadTime = candidate.model->loadTime;
    return {};
}

Candidate *Measurement::reference()
{
    const auto found =
        std::find_if(m_candidates.begin(), m_candidates.end(),
                     [](const Candidate &candidate) { return candidate.model != nullptr; });
    return found == m_candidates.end() ? nullptr : &*found;
}

// ---- inputs

Result<void> Measurement::gatherInputs(const Candidate &reference)
{
    gatherGolden(reference);
    gatherSeen(reference);
    auto random = gatherRandom(reference);
    if (m_stop.stop_requested())
        return stopped();
    return m_trials.empty() ? random : Result<void>();
}

// A file that cannot be read is no input: checking the settings is another command's work.
void Measurement::gatherGolden(const Candidate &reference)
{
    const ModelSettings &settings = m_plan.settings;
    for (const Golden &golden : settings.golden) {
        const auto file = resolveWithin(settings.file.parent_path(), golden.input);
        if (!file || m_trials.size() >= mostGolden)
            continue;
        auto content = readFile(*file, longestGolden);
        if (!content)
            continue;
        auto decoder = bodyDecoder(std::make_shared<const std::string>(*std::move(content)));
        if (!decoder)
            continue;
        const auto capture = std::make_shared<InputCapture>(reference.model->network);
        ModelBundle model = *reference.model;
        model.network = capture;
        InferenceRequest request;
        request.model = m_plan.id;
        request.decode = *std::move(decoder);
        const auto ran = runPrediction(model, request, SteadyTime::max(), m_clock, m_stop);
        if (auto inputs = capture->take(); ran && !inputs.empty())
            (void)tryOn(reference, InputSource::Golden, std::move(inputs));
    }
}

void Measurement::gatherSeen(const Candidate &reference)
{
    std::vector<Tensor> inputs;
    if (const auto loaded = m_cache.acquireIfReady(m_asked, Purpose::Other)) {
        if ((*loaded)->digest == m_plan.digest && (*loaded)->seen)
            inputs = (*loaded)->seen->last();
    }
    if (!inputs.empty())
        (void)tryOn(reference, InputSource::Seen, std::move(inputs));
}

// Free extents that are no samples may have to be as large as a window, or as divisible.
Result<void> Measurement::gatherRandom(const Candidate &reference)
{
    Result<void> tried = {};
    for (const std::int64_t freeExtent : {1, 64, 224}) {
        for (unsigned i = 0; i < randomInputs; ++i) {
            auto inputs = trialInputs(*reference.model, 1, 7 + 1000 * i, freeExtent, mostRandom);
            if (!inputs)
                return tried ? Result<void>(std::move(inputs).error()) : tried;
            tried = tryOn(reference, InputSource::Random, *std::move(inputs));
            if (!tried)
                break;
        }
        if (tried)
            break;
    }
    return tried;
}

Result<void> Measurement::tryOn(const Candidate &reference, InputSource source,
                                std::vector<Tensor> inputs)
{
    std::vector<Shape> shapes;
    std::size_t bytes = 0;
    for (const Tensor &input : inputs) {
        shapes.push_back(input.shape());
        bytes += input.byteSize();
    }
    const auto cost = reference.network().cost(shapes);
    const Bytes needed = Bytes{static_cast<std::int64_t>(bytes)} +
                         (cost ? cost->activations + cost->outputs + cost->outputs : Bytes{});
    auto loan = m_cache.borrow(fmt::format("A run to measure {}", m_asked.name), needed);
    if (!loan)
        return std::move(loan).error();
    auto outputs = run(reference.network(), inputs);
    if (!outputs && outputs.error().code == ErrorCode::InvalidArgument)
        return failedPrecondition(
            fmt::format("No input is known that the model {} takes; predict once, or name one in "
                        "\"golden\" of its settings, then measure again. {}",
                        m_asked.name, outputs.error().message));
    if (!outputs)
        return std::move(outputs).error();
    m_trials.push_back({source, std::move(inputs), *std::move(outputs), *std::move(loan)});
    return {};
}

Result<std::vector<Tensor>> Measurement::run(Network &network, std::span<const Tensor> inputs) const
{
    std::stop_source ending;
    const std::stop_callback ended(m_stop, [&] { ending.request_stop(); });
    const std::jthread limit([&](const std::stop_token &over) {
        if (sleepFor(longestRun, over))
            ending.request_stop();
    });
    auto outputs = network.run(inputs, ending.get_token());
    if (m_stop.stop_requested())
        return stopped();
    if (!outputs && ending.stop_requested())
        return Error{ErrorCode::DeadlineExceeded,
                     fmt::format("A run of the model {} takes more than {} s; it is not measured.",
                                 m_asked.name, longestRun.count())};
    return outputs;
}

// ---- answers

Result<void> Measurement::compare(Candidate &candidate)
{
    Agreement all;
    const auto &outputs = candidate.model->spec().outputs;
    for (const Trial &trial : m_trials) {
        const auto answered = run(candidate.network(), trial.inputs);
        const bool passes = !answered && (answered.error().code == ErrorCode::Unavailable ||
                                          answered.error().code == ErrorCode::ResourceExhausted);
        if (passes)
            return answered.error();
        if (!answered) {
            candidate.refuse(answered.error());
            return {};
        }
        all = std::move(all) + compareOutputs(outputs, trial.expected, *answered);
    }
    candidate.trial.agreement = std::move(all);
    return {};
}

// All engines on the first inputs, which are the most like real ones.
Result<void> Measurement::time()
{
    const auto began = m_clock.now();
    for (int round = 0; round < rounds; ++round) {
        for (Candidate &candidate : m_candidates) {
            if (!candidate.model)
                continue;
            const auto start = std::chrono::steady_clock::now();
            auto last = start;
            do {
                if (m_stop.stop_requested())
                    return stopped();
                if (!candidate.network().run(m_trials.front().inputs, m_stop))
                    return stopped(); // it has run these inputs before
                const auto now = std::chrono::steady_clock::now();
                candidate.times.push_back(now - last);
                last = now;
            } while (last - start < turn);
        }
        if (round >= 2 && m_clock.now() - began > mostRounds)
            break;
    }
    for (Candidate &candidate : m_candidates) {
        auto &times = candidate.times;
        if (times.empty())
            continue;
        const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
        std::nth_element(times.begin(), middle, times.end());
        candidate.trial.runTime = *middle;
    }
    return {};
}

Verdict Measurement::verdict() const
{
    Verdict verdict;
    verdict.digest = m_plan.digest;
    verdict.measured = m_clock.wallNow();
    for (const Candidate &candidate : m_candidates)
        verdict.engines.push_back(candidate.trial);
    for (const Trial &trial : m_trials)
        ++(trial.source == InputSource::Golden ? verdict.golden
           : trial.source == InputSource::Seen ? verdict.seen
                                               : verdict.random);
    if (!m_trials.empty())
        verdict.timedOn = m_trials.front().source;
    return verdict;
}

} // namespace

Result<Verdict> measureEngines(const ModelId &id, ModelSource &source, ModelCache &cache,
                               const Clock &clock, const std::stop_token &stop)
{
    auto plan = source.probe(id);
    if (!plan)
        return std::move(plan).error();
    return Measurement(id, *std::move(plan), source, cache, clock, stop).run();
}

} // namespace warmbench
