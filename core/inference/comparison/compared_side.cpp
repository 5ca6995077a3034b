#include "inference/comparison/compared_side.h"

#include "base/awaited.h"
#include "base/exceptions.h"
#include "inference/network_copy.h"
#include "inference/prediction_flow.h"

#include <fmt/format.h>
#include <utility>

namespace warmbench {

Error comparisonEnded()
{
    return {ErrorCode::Cancelled, "The comparison was ended."};
}

namespace {

bool isChosen(const std::string &engine)
{
    return !engine.empty() && engine != "auto";
}

// Everything but the load and the wait for a worker, which are no part of a run here.
void addUp(PhaseTimings &timings)
{
    timings[Phase::Load] = {};
    timings[Phase::Queue] = {};
    timings.total = {};
    for (const auto phase : timings.phases)
        timings.total += phase;
}

// Set by the job and the thread that waits, which owns what the job refers to.
using Answer = Awaited<Result<Prediction>>;

} // namespace

Result<ComparedSide> ComparedSide::load(const ComparisonSide &asked, ComparisonServices services,
                                        const std::stop_token &stop)
{
    ComparedSide side(std::move(services));
    bool beside = !asked.settings.empty();
    if (!beside && isChosen(asked.engine)) {
        auto served = side.m_services.cache.acquireIfReady(asked.model, Purpose::Other);
        beside = !served || (*served)->engine != asked.engine;
    }
    const auto loaded = beside ? side.loadOwn(asked) : side.pin(asked.model, stop);
    if (!loaded)
        return loaded.error();
    if (asked.preparation) {
        if (auto prepared = side.prepare(*asked.preparation); !prepared)
            return std::move(prepared).error();
    }
    return side;
}

Result<void> ComparedSide::pin(const ModelId &id, const std::stop_token &stop)
{
    const auto acquired = std::make_shared<Awaited<Result<Acquired>>>();
    m_services.cache.acquire(id, Purpose::Other,
                             [acquired](Result<Acquired> got) { acquired->set(std::move(got)); });
    auto got = acquired->wait(stop);
    if (!got)
        return comparisonEnded();
    if (!*got)
        return std::move(*got).error();
    m_handle = std::move((*got)->handle);
    m_queue = m_handle->id.text();
    return {};
}

Result<void> ComparedSide::loadOwn(const ComparisonSide &asked)
{
    ModelSource &source = m_services.source;
    auto plan = asked.settings.empty() ? source.probe(asked.model)
                                       : source.probeWith(asked.model, asked.settings);
    if (!plan)
        return std::move(plan).error();
    if (isChosen(asked.engine))
        plan->engine = asked.engine;
    plan->settings.instances = 1; // one caller compares
    const std::string claim =
        fmt::format("Comparing loads {} beside what is loaded and", plan->id.name);
    auto copy = loadBeside(*std::move(plan), claim, source, m_services.cache);
    if (!copy)
        return std::move(copy).error();
    m_loan = std::move(copy->loan);
    m_own = std::move(copy->model);
    m_queue = fmt::format("compare {} {}", m_own->id.text(),
                          static_cast<const void *>(m_own->network.get()));
    return {};
}

Result<void> ComparedSide::prepare(const Preprocessing &how)
{
    if (model().input.kind != InputKind::Image)
        return invalidArgument(
            fmt::format("The model \"{}\" takes no pictures, so that there is nothing to prepare; "
                        "compare it as it is.",
                        model().id.name));
    if (!m_own)
        m_own = std::make_unique<ModelBundle>(*m_handle);
    m_own->input.preprocessing = how;
    m_own->seen = nullptr; // pictures prepared to try something are nothing to measure with
    return {};
}

ComparedModel ComparedSide::told() const
{
    const ModelBundle &model = this->model();
    return {model.id, model.digest, model.engine, model.memory, model.loadTime, model.warnings};
}

// Only a running job can ask for a heavy place.
Result<Prediction> ComparedSide::run(const InputDecoder &decode, Milliseconds allowed,
                                     const std::stop_token &stop) const
{
    std::stop_source ending;
    const std::stop_callback gone(stop, [&] { ending.request_stop(); });
    InferenceRequest request;
    request.model = model().id;
    request.decode = decode;
    request.cancellation = stop;
    request.memory = m_services.memory;
    request.answer.resultsSuffice = true;
    request.client = "compare";

    const auto answer = std::make_shared<Answer>();
    Job heavy;
    heavy.queue = m_queue;
    heavy.concurrency = model().network->concurrency();
    heavy.deadline = deadlineAfter(m_services.clock.now(), allowed);
    heavy.cancellation = stop;
    heavy.abandon = [answer](Error error) { answer->set(std::move(error)); };
    heavy.run = [&, answer, deadline = heavy.deadline] {
        Result<Prediction> result = comparisonEnded();
        try {
            result =
                runPrediction(model(), request, deadline, m_services.clock, ending.get_token());
        } catch (...) {
            result = loggedException("compare");
        }
        answer->set(std::move(result));
    };
    Job light = heavy;
    light.run = [&scheduler = m_services.scheduler, heavy] { scheduler.giveBack(heavy); };
    if (auto submitted = m_services.scheduler.submit(std::move(light)); !submitted)
        return std::move(submitted).error();

    const bool unlimited = heavy.deadline == SteadyTime::max();
    // What the job refers to lives here, so the wait goes on until it has ended.
    auto result = unlimited ? std::optional<Result<Prediction>>()
                            : answer->wait({}, std::chrono::steady_clock::now() + allowed);
    if (!result) {
        if (!unlimited)
            ending.request_stop();
        result = answer->wait();
    }
    if (*result)
        addUp((*result)->timings);
    return *std::move(result);
}

} // namespace warmbench
