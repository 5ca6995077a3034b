#include "inference/batching.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace warmbench {

namespace {

Result<Tensor> castTo(const TensorSpec &spec, Tensor tensor)
{
    if (tensor.dtype() == spec.dtype)
        return tensor;
    auto cast = converted(tensor, spec.dtype);
    if (!cast)
        return Error{cast.error().code,
                     fmt::format("Input \"{}\": {}", printable(spec.name), cast.error().message)};
    return cast;
}

Error shapeDiffers(const TensorSpec &spec, std::span<const Dimension> expected, const Shape &came)
{
    return invalidArgument(
        fmt::format("Input \"{}\" has shape {}, but the model expects {}; reshape it.",
                    printable(spec.name), shapeText(came), shapeText(expected)));
}

std::vector<std::string> namesOf(const std::vector<TensorSpec> &specs)
{
    std::vector<std::string> names;
    for (const TensorSpec &spec : specs)
        names.push_back(spec.name);
    return names;
}

// A sample as a batch of one.
Result<Tensor> asBatch(Tensor sample, bool batchDimension)
{
    if (batchDimension) {
        Shape shape = sample.shape();
        shape.insert(shape.begin(), 1);
        if (auto done = sample.reshape(std::move(shape)); !done)
            return done.error();
    }
    return sample;
}

Result<std::vector<Tensor>> joinRuns(std::vector<std::vector<Tensor>> runs)
{
    std::vector<Tensor> joined;
    for (std::size_t output = 0; output < runs.front().size(); ++output) {
        std::vector<Tensor> parts;
        for (auto &run : runs)
            parts.push_back(std::move(run[output]));
        // An output without a batch dimension of its own gets one.
        const bool carriesBatch = !parts[0].shape().empty() && parts[0].shape()[0] == 1;
        auto whole = carriesBatch ? concatenated(parts) : stacked(parts);
        if (!whole)
            return failedPrecondition(fmt::format(
                "The model answers samples in different shapes ({}); send them one at a time.",
                whole.error().message));
        joined.push_back(std::move(*whole));
    }
    return joined;
}

bool allOfOneShape(std::span<const Tensor> samples)
{
    return std::all_of(samples.begin(), samples.end(),
                       [&](const Tensor &t) { return t.shape() == samples.front().shape(); });
}

} // namespace

bool hasBatchDimension(const NetworkSpec &spec)
{
    return !spec.inputs.empty() &&
           std::all_of(spec.inputs.begin(), spec.inputs.end(), [](const TensorSpec &input) {
               return input.shape.size() > 1 && (input.shape[0].free() || input.shape[0].size == 1);
           });
}

std::vector<Dimension> sampleShape(const NetworkSpec &spec, std::size_t input)
{
    std::vector<Dimension> shape = spec.inputs.at(input).shape;
    if (hasBatchDimension(spec))
        shape.erase(shape.begin());
    return shape;
}

Result<std::vector<Tensor>> runSamples(Network &network, std::vector<Tensor> samples,
                                       const Cancellation &cancellation)
{
    const NetworkSpec &spec = network.spec();
    if (spec.inputs.size() != 1)
        return invalidArgument(fmt::format("The model has {} inputs ({}): send them by name as "
                                           "{{\"tensors\": {{\"NAME\": ...}}}}.",
                                           spec.inputs.size(), joined(namesOf(spec.inputs))));
    if (samples.empty())
        return invalidArgument("The list of samples is empty; send at least one.");

    const TensorSpec &input = spec.inputs.front();
    const auto expected = sampleShape(spec, 0);
    for (Tensor &sample : samples) {
        if (!matches(expected, sample.shape()))
            return shapeDiffers(input, expected, sample.shape());
        if (sample.dtype() == input.dtype)
            continue;
        auto cast = castTo(input, std::move(sample));
        if (!cast)
            return std::move(cast).error();
        sample = std::move(*cast);
    }

    const bool batchDimension = hasBatchDimension(spec);
    if (samples.size() > 1 && batchDimension && network.batches() && allOfOneShape(samples)) {
        auto batch = stacked(samples);
        if (!batch)
            return std::move(batch).error();
        return network.run({&*batch, 1});
    }
    std::vector<std::vector<Tensor>> runs;
    for (Tensor &sample : samples) {
        if (cancellation.cancelled())
            return Error{ErrorCode::Cancelled, "The client went away before the answer."};
        auto batch = asBatch(std::move(sample), batchDimension);
        if (!batch)
            return std::move(batch).error();
        auto outputs = network.run({&*batch, 1});
        if (!outputs)
            return outputs;
        if (samples.size() == 1)
            return outputs;
        runs.push_back(std::move(*outputs));
    }
    return joinRuns(std::move(runs));
}

Result<std::vector<Tensor>> orderedInputs(const NetworkSpec &spec, std::vector<NamedTensor> tensors)
{
    const std::vector<std::string> names = namesOf(spec.inputs);
    std::vector<Tensor *> found(spec.inputs.size(), nullptr);
    for (NamedTensor &given : tensors) {
        const auto at = std::find(names.begin(), names.end(), given.name);
        if (at == names.end()) {
            const std::string near = nearest(given.name, names);
            return invalidArgument(fmt::format(
                "The model has no input \"{}\"{}; its inputs are {}.", printable(given.name),
                near.empty() ? "" : fmt::format(" (did you mean \"{}\"?)", printable(near)),
                joined(names)));
        }
        Tensor *&slot = found[static_cast<std::size_t>(at - names.begin())];
        if (slot)
            return invalidArgument(
                fmt::format("Input \"{}\" is given twice; send it once.", printable(given.name)));
        slot = &given.tensor;
    }
    std::vector<Tensor> ordered;
    for (std::size_t i = 0; i < found.size(); ++i) {
        const TensorSpec &input = spec.inputs[i];
        if (!found[i])
            return invalidArgument(
                fmt::format("Input \"{}\" is missing; it has shape {} and type {}.",
                            printable(input.name), shapeText(input.shape), dtypeName(input.dtype)));
        if (!matches(input.shape, found[i]->shape()))
            return shapeDiffers(input, input.shape, found[i]->shape());
        auto cast = castTo(input, std::move(*found[i]));
        if (!cast)
            return std::move(cast).error();
        ordered.push_back(std::move(*cast));
    }
    return ordered;
}

} // namespace warmbench
