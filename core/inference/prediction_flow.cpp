#include "inference/prediction_flow.h"

#include "inference/batching.h"
#include "inference/postprocessing.h"
#include "tensor/preprocessing.h"

#include <fmt/format.h>

namespace warmbench {

namespace {

// Adds the time between construction and end to a phase.
class PhaseTimer
{
public:
    PhaseTimer(PhaseTimings &timings, Phase phase, const Clock &clock)
        : m_span(timings[phase])
        , m_clock(clock)
        , m_start(clock.now())
    {
    }
    ~PhaseTimer() { m_span += m_clock.now() - m_start; }
    PhaseTimer(const PhaseTimer &) = delete;
    PhaseTimer &operator=(const PhaseTimer &) = delete;

private:
    std::chrono::nanoseconds &m_span;
    const Clock &m_clock;
    SteadyTime m_start;
};

class Flow
{
public:
    Flow(const LoadedModel &model, const InferenceRequest &request, SteadyTime deadline,
         const Clock &clock)
        : m_model(model)
        , m_request(request)
        , m_deadline(deadline)
        , m_clock(clock)
    {
    }

    Result<Prediction> run()
    {
        for (const auto step :
             {&Flow::decode, &Flow::preprocessPictures, &Flow::infer, &Flow::interpret}) {
            if (auto stop = interrupted(); !stop)
                return std::move(stop).error();
            if (auto done = (this->*step)(); !done)
                return std::move(done).error();
        }
        m_prediction.model = m_model.id;
        m_prediction.digest = m_model.digest;
        m_prediction.engine = m_model.engine;
        m_prediction.task = taskOf(m_model);
        m_prediction.primary = m_model.primaryOutput;
        return std::move(m_prediction);
    }

private:
    Result<void> interrupted() const
    {
        if (m_request.cancellation.cancelled())
            return Error{ErrorCode::Cancelled, "The client went away before the answer."};
        if (m_clock.now() >= m_deadline)
            return Error{ErrorCode::DeadlineExceeded,
                         "The deadline passed before the answer was ready; allow more time or send "
                         "less at once."};
        return {};
    }

    Result<void> decode()
    {
        const PhaseTimer timer(m_prediction.timings, Phase::Decode, m_clock);
        auto inputs = m_request.decode(m_model);
        if (!inputs)
            return std::move(inputs).error();
        m_inputs = std::move(*inputs);
        return {};
    }

    Result<void> preprocessPictures()
    {
        const auto *images = std::get_if<ImageInputs>(&m_inputs);
        if (!images)
            return {};
        const PhaseTimer timer(m_prediction.timings, Phase::Preprocess, m_clock);
        if (m_model.input.kind != InputKind::Image)
            return invalidArgument(
                fmt::format("The model \"{}\" takes {}, not pictures; send {{\"input\": [...]}}.",
                            m_model.id.name,
                            m_model.spec().inputs.empty()
                                ? std::string("numbers")
                                : shapeText(m_model.spec().inputs.front().shape) + " numbers"));
        SampleInputs samples;
        for (const Image &image : *images) {
            auto ready = preprocess(image, m_model.input.preprocessing);
            if (!ready)
                return std::move(ready).error();
            samples.push_back(std::move(ready->tensor));
            m_mappings.push_back(ready->mapping);
        }
        m_inputs = std::move(samples);
        return {};
    }

    Result<void> infer()
    {
        const PhaseTimer timer(m_prediction.timings, Phase::Infer, m_clock);
        Network &network = *m_model.network;
        Result<std::vector<Tensor>> outputs = std::vector<Tensor>();
        if (const auto *samples = std::get_if<SampleInputs>(&m_inputs)) {
            m_samples = samples->size();
            outputs = runSamples(network, *samples, m_request.cancellation);
        } else {
            auto ordered =
                orderedInputs(network.spec(), std::move(std::get<TensorInputs>(m_inputs)));
            if (!ordered)
                return std::move(ordered).error();
            const bool batch = hasBatchDimension(network.spec());
            m_samples = batch && !ordered->empty()
                            ? static_cast<std::size_t>(ordered->front().shape().front())
                            : 1;
            outputs = network.run(*ordered);
        }
        if (!outputs)
            return std::move(outputs).error();
        const auto &specs = network.spec().outputs;
        for (std::size_t i = 0; i < outputs->size(); ++i)
            m_prediction.outputs.push_back({specs.at(i).name, std::move((*outputs)[i])});
        return {};
    }

    Result<void> interpret()
    {
        const PhaseTimer timer(m_prediction.timings, Phase::Postprocess, m_clock);
        auto results =
            postprocess(m_model, m_prediction.outputs, m_mappings, m_samples, m_request.decoder);
        if (!results)
            return std::move(results).error();
        m_prediction.results = std::move(*results);
        if (m_mappings.size() == 1) {
            m_prediction.mapping = m_mappings.front();
            m_prediction.seen = std::move(std::get<SampleInputs>(m_inputs).front());
        }
        return {};
    }

    const LoadedModel &m_model;
    const InferenceRequest &m_request;
    const SteadyTime m_deadline;
    const Clock &m_clock;
    InferenceInputs m_inputs;
    std::vector<ImageMapping> m_mappings;
    std::size_t m_samples = 0;
    Prediction m_prediction;
};

} // namespace

const char *phaseName(Phase phase)
{
    switch (phase) {
    case Phase::Queue:
        return "queue";
    case Phase::Decode:
        return "decode";
    case Phase::Preprocess:
        return "preprocess";
    case Phase::Infer:
        return "infer";
    case Phase::Postprocess:
        break;
    }
    return "postprocess";
}

Result<Prediction> runPrediction(const LoadedModel &model, const InferenceRequest &request,
                                 SteadyTime deadline, const Clock &clock)
{
    return Flow(model, request, deadline, clock).run();
}

} // namespace warmbench
