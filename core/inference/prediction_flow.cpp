#include "inference/prediction_flow.h"

#include "inference/batching.h"
#include "inference/postprocessing.h"
#include "tensor/preprocessing.h"

#include <array>
#include <fmt/format.h>
#include <utility>

namespace warmbench {

namespace {

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
        constexpr std::array steps{std::pair(Phase::Decode, &Flow::decode),
                                   std::pair(Phase::Preprocess, &Flow::preprocessPictures),
                                   std::pair(Phase::Infer, &Flow::infer),
                                   std::pair(Phase::Postprocess, &Flow::interpret)};
        // Reading the clock costs as much as a small step: the end of one begins the next.
        SteadyTime now = m_clock.now();
        for (const auto &[phase, step] : steps) {
            if (auto stop = interrupted(now); !stop)
                return std::move(stop).error();
            if (phase == Phase::Preprocess && !std::holds_alternative<ImageInputs>(m_inputs))
                continue;
            if (auto done = (this->*step)(); !done)
                return std::move(done).error();
            const SteadyTime began = std::exchange(now, m_clock.now());
            m_prediction.timings[phase] = now - began;
        }
        m_prediction.model = m_model.id;
        m_prediction.digest = m_model.digest;
        m_prediction.engine = m_model.engine;
        m_prediction.task = taskOf(m_model);
        m_prediction.primary = m_model.primaryOutput;
        return std::move(m_prediction);
    }

private:
    Result<void> interrupted(SteadyTime now) const
    {
        if (m_request.cancellation.cancelled())
            return Error{ErrorCode::Cancelled, "The client went away before the answer."};
        if (now >= m_deadline)
            return Error{ErrorCode::DeadlineExceeded,
                         "The deadline passed before the answer was ready; allow more time or send "
                         "less at once."};
        return {};
    }

    Result<void> decode()
    {
        auto inputs = m_request.decode(m_model);
        if (!inputs)
            return std::move(inputs).error();
        m_inputs = std::move(*inputs);
        return {};
    }

    Result<void> preprocessPictures()
    {
        const auto &images = std::get<ImageInputs>(m_inputs);
        if (m_model.input.kind != InputKind::Image)
            return invalidArgument(
                fmt::format("The model \"{}\" takes {}, not pictures; send {{\"input\": [...]}}.",
                            m_model.id.name,
                            m_model.spec().inputs.empty()
                                ? std::string("numbers")
                                : shapeText(m_model.spec().inputs.front().shape) + " numbers"));
        SampleInputs samples;
        for (const Image &image : images) {
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
        Network &network = *m_model.network;
        Result<std::vector<Tensor>> outputs = std::vector<Tensor>();
        if (auto *samples = std::get_if<SampleInputs>(&m_inputs)) {
            m_samples = samples->size();
            // Of a picture what the network saw is shown.
            outputs = m_mappings.empty()
                          ? runSamples(network, std::move(*samples), m_request.cancellation)
                          : runSamples(network, *samples, m_request.cancellation);
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
