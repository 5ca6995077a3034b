#include "inference/batching.h"

#include "base/text.h"
#include "tensor/conversion.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

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

// Makes a sample a batch of one.
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
            return invalidArgument(fmt::format(
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

// Bytes of all outputs for so many samples; nothing if the file does not say how large they are.
std::optional<std::size_t> declaredBytes(const NetworkSpec &spec, std::size_t samples)
{
    double sum = 0;
    for (const TensorSpec &output : spec.outputs) {
        if (output.dtype == DType::String || output.shape.empty())
            return std::nullopt;
        double bytes = static_cast<double>(dtypeSize(output.dtype)) * static_cast<double>(samples);
        for (const Dimension &extent : std::span(output.shape).subspan(1)) {
            if (extent.free())
                return std::nullopt;
            bytes *= static_cast<double>(extent.size);
        }
        if (!output.shape[0].free() && output.shape[0].size > 1)
            bytes *= static_cast<double>(output.shape[0].size);
        sum += bytes;
    }
    // The cap is larger than any memory, so larger than any budget.
    return sum < 0x1p60 ? static_cast<std::size_t>(sum) : std::size_t{1} << 60U;
}

Result<std::size_t> toldBytes(const Network &network, std::span<const Shape> shapes)
{
    const auto cost = network.cost(shapes);
    if (!cost)
        return cost.error();
    return static_cast<std::size_t>(std::max<std::int64_t>(cost->outputs.count, 0));
}

// Whether the first extents of two inputs must be equal: they must if the file gives both the same
// name. Without names most files mean the same, but 1 goes with any number.
bool countTheSame(const Dimension &a, std::int64_t first, const Dimension &b, std::int64_t second)
{
    if (a.name != b.name)
        return false;
    return !a.name.empty() || (first != 1 && second != 1);
}

} // namespace

bool hasBatchDimension(const NetworkSpec &spec)
{
    return spec.samplesApart && !spec.inputs.empty() &&
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

std::size_t fixedSampleBytes(const NetworkSpec &spec)
{
    const TensorSpec &input = spec.inputs.at(0);
    const std::size_t first = hasBatchDimension(spec) ? 1 : 0;
    double bytes = input.dtype == DType::String ? 0 : static_cast<double>(dtypeSize(input.dtype));
    for (const Dimension &extent : std::span(input.shape).subspan(first))
        bytes *= extent.free() ? 0 : static_cast<double>(extent.size);
    return bytes < 0x1p60 ? static_cast<std::size_t>(bytes) : std::size_t{1} << 60U;
}

Result<void> checkSamples(const NetworkSpec &spec, std::size_t samples)
{
    if (spec.inputs.size() != 1)
        return invalidArgument(fmt::format("The model has {} inputs ({}): send them by name as "
                                           "{{\"tensors\": {{\"NAME\": ...}}}}.",
                                           spec.inputs.size(), joined(namesOf(spec.inputs))));
    if (samples == 0)
        return invalidArgument("The list of samples is empty; send at least one.");
    return {};
}

Result<void> checkPicture(const NetworkSpec &spec, const Tensor &sample)
{
    const auto expected = sampleShape(spec, 0);
    if (matches(expected, sample.shape()))
        return {};
    return failedPrecondition(fmt::format(
        "Pictures are made into {} numbers for the input \"{}\", which takes {}; set "
        "width, height, channels and layout in the settings file to what it takes.",
        shapeText(sample.shape()), printable(spec.inputs.front().name), shapeText(expected)));
}

bool runTogether(const Network &network, std::span<const Tensor> samples)
{
    return samples.size() > 1 && hasBatchDimension(network.spec()) && network.batches() &&
           allOfOneShape(samples);
}

Result<std::vector<Tensor>> runNetwork(Network &network, std::span<const Tensor> inputs,
                                       const RunControl &control)
{
    auto outputs = network.run(inputs, control.stop());
    if (!outputs && outputs.error().code == ErrorCode::Cancelled) {
        if (auto go = control.check(); !go)
            return std::move(go).error();
    }
    return outputs;
}

Result<std::vector<Tensor>> runSamples(Network &network, std::vector<Tensor> samples,
                                       RunControl &control)
{
    const NetworkSpec &spec = network.spec();
    if (auto takes = checkSamples(spec, samples.size()); !takes)
        return std::move(takes).error();

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

    if (runTogether(network, samples)) {
        auto batch = stacked(samples);
        if (!batch)
            return std::move(batch).error();
        samples.clear();
        return runNetwork(network, {&*batch, 1}, control);
    }
    const bool batchDimension = hasBatchDimension(spec);
    std::vector<std::vector<Tensor>> runs;
    for (Tensor &sample : samples) {
        if (&sample != &samples.front()) {
            if (auto go = control.check(); !go)
                return std::move(go).error();
        }
        auto batch = asBatch(std::move(sample), batchDimension);
        if (!batch)
            return std::move(batch).error();
        auto outputs = runNetwork(network, {&*batch, 1}, control);
        if (!outputs)
            return outputs;
        if (samples.size() == 1)
            return outputs;
        runs.push_back(std::move(*outputs));
    }
    return joinRuns(std::move(runs));
}

Result<std::size_t> outputBytes(const Network &network, std::span<const Tensor> inputs)
{
    const NetworkSpec &spec = network.spec();
    const bool batch = hasBatchDimension(spec) && !inputs.empty();
    const auto samples = batch ? static_cast<std::size_t>(inputs.front().shape().front()) : 1;
    if (const auto declared = declaredBytes(spec, samples))
        return *declared;
    std::vector<Shape> shapes;
    for (const Tensor &input : inputs)
        shapes.push_back(input.shape());
    return toldBytes(network, shapes);
}

Result<std::size_t> outputBytesOfSamples(const Network &network, std::span<const Tensor> samples)
{
    if (const auto declared = declaredBytes(network.spec(), samples.size()))
        return *declared;
    const bool together = runTogether(network, samples);
    Shape shape = samples.front().shape();
    if (hasBatchDimension(network.spec()))
        shape.insert(shape.begin(), together ? std::ssize(samples) : 1);
    const auto bytes = toldBytes(network, {&shape, 1});
    return bytes && !together ? Result<std::size_t>(*bytes * samples.size()) : bytes;
}

Result<std::size_t> activationBytes(const Network &network, std::span<const Shape> inputs)
{
    const auto cost = network.cost(inputs);
    if (!cost)
        return cost.error();
    return static_cast<std::size_t>(std::max<std::int64_t>(cost->activations.count, 0));
}

Result<void> checkBatches(const Network &network, std::span<const Tensor> inputs)
{
    if (!network.batches())
        return {};
    const auto &specs = network.spec().inputs;
    for (std::size_t i = 1; i < inputs.size(); ++i) {
        const std::int64_t first = inputs[0].shape().front();
        const std::int64_t other = inputs[i].shape().front();
        if (first != other &&
            countTheSame(specs[0].shape.front(), first, specs[i].shape.front(), other))
            return invalidArgument(
                fmt::format("Input \"{}\" has {} samples, but input \"{}\" has {}; send as many "
                            "in each.",
                            printable(specs[0].name), first, printable(specs[i].name), other));
    }
    return {};
}

Result<std::vector<Tensor>> orderedInputs(const NetworkSpec &spec, std::vector<NamedTensor> tensors)
{
    const std::vector<std::string> names = namesOf(spec.inputs);
    std::vector<Tensor *> found(spec.inputs.size(), nullptr);
    for (NamedTensor &given : tensors) {
        const auto at = std::find(names.begin(), names.end(), given.name);
        if (at == names.end()) {
            return invalidArgument(
                fmt::format("The model has no input \"{}\"{}; its inputs are {}.",
                            printable(given.name), didYouMean(given.name, names), joined(names)));
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
