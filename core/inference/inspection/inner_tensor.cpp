#include "inference/inspection/inner_tensor.h"

#include "inference/network_copy.h"
#include "inference/prediction_flow.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace warmbench {

namespace {

// Index of the tensor of that name.
std::optional<std::size_t> indexOf(const std::vector<TensorSpec> &tensors, const std::string &name)
{
    const auto found = std::find_if(tensors.begin(), tensors.end(),
                                    [&](const TensorSpec &tensor) { return tensor.name == name; });
    return found == tensors.end()
               ? std::nullopt
               : std::optional(static_cast<std::size_t>(found - tensors.begin()));
}

enum class From : std::uint8_t { Input, Output, Inner };

// Stands in for a network and keeps one tensor of its first run. An inner tensor is the last output
// of the copy, which the prediction does not see.
class TensorCapture final : public Network
{
public:
    TensorCapture(std::shared_ptr<Network> network, From from, std::size_t index)
        : m_network(std::move(network))
        , m_from(from)
        , m_index(index)
        , m_spec(m_network->spec())
    {
        if (m_from != From::Inner)
            return;
        m_index = m_spec.outputs.size() - 1;
        m_spec.outputs.pop_back();
        m_spec.constantOutputs.erase(m_index);
    }
    const NetworkSpec &spec() const override { return m_spec; }
    int concurrency() const override { return 1; }
    bool batches() const override { return m_network->batches(); }
    NetworkMeasure measure() const override { return m_network->measure(); }
    std::chrono::nanoseconds usualTime() const override { return m_network->usualTime(); }
    Result<RunCost> cost(std::span<const Shape> inputs) const override
    {
        return m_network->cost(inputs);
    }
    Result<std::vector<Tensor>> run(std::span<const Tensor> inputs,
                                    const std::stop_token &stop) override
    {
        ++m_runs;
        if (m_from == From::Input)
            keep(inputs[m_index]);
        auto outputs = m_network->run(inputs, stop);
        if (!outputs || m_from == From::Input)
            return outputs;
        keep((*outputs)[m_index]);
        if (m_from == From::Inner)
            outputs->pop_back();
        return outputs;
    }

    int runs() const { return m_runs; }
    std::optional<Tensor> take() { return std::exchange(m_kept, {}); }

private:
    void keep(const Tensor &tensor)
    {
        if (!m_kept)
            m_kept = tensor;
    }

    const std::shared_ptr<Network> m_network;
    const From m_from;
    std::size_t m_index;
    NetworkSpec m_spec;
    std::optional<Tensor> m_kept;
    int m_runs = 0;
};

Result<NetworkCopy> copyWith(const ModelBundle &model, const std::string &tensor,
                             ModelSource &source, ModelCache &cache)
{
    if (tensor.empty())
        return notFound("A tensor without a name is none; name one that the network makes.");
    auto copy = copyOf(model, {.purpose = "Looking inside " + model.id.name, .inner = tensor},
                       source, cache);
    if (!copy)
        return copy;
    const auto &outputs = copy->model->spec().outputs;
    if (outputs.empty() || outputs.back().name != tensor)
        return Error{ErrorCode::Internal,
                     fmt::format("The copy of the model \"{}\" lacks the tensor; report this.",
                                 model.id.name)};
    return copy;
}

} // namespace

Result<InnerTensor> computeInnerTensor(const ModelBundle &model, const InnerTensorRequest &request,
                                       ModelSource &source, ModelCache &cache, SteadyTime deadline,
                                       const Clock &clock, const std::stop_token &stop)
{
    const auto input = indexOf(model.spec().inputs, request.tensor);
    const auto output = indexOf(model.spec().outputs, request.tensor);
    NetworkCopy copy;
    if (!input && !output) {
        auto made = copyWith(model, request.tensor, source, cache);
        if (!made)
            return std::move(made).error();
        copy = *std::move(made);
    }
    std::shared_ptr<Network> network = model.network;
    if (copy.model)
        network = copy.model->network;
    const auto capture = std::make_shared<TensorCapture>(std::move(network),
                                                         input    ? From::Input
                                                         : output ? From::Output
                                                                  : From::Inner,
                                                         input ? *input : output.value_or(0));
    ModelBundle inspected = model;
    inspected.network = capture;
    inspected.meter.reset(); // nobody predicts
    inspected.seen.reset();
    InferenceRequest prediction;
    prediction.model = request.model;
    prediction.decode = request.decode;
    prediction.cancellation = request.cancellation;
    prediction.memory = request.memory;
    const auto ran = runPrediction(inspected, prediction, deadline, clock, stop);
    auto tensor = capture->take();
    if (!tensor && !ran)
        return ran.error();
    if (!tensor)
        return invalidArgument("The input makes no run of the network; give one sample.");
    if (capture->runs() > 1 || (ran && ran->runs > 1))
        return invalidArgument("The input makes several runs of the network, each with tensors of "
                               "its own; give one sample.");
    return InnerTensor{{request.tensor, *std::move(tensor)}, model.id, model.digest, model.engine};
}

} // namespace warmbench
