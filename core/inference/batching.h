// How samples become batches and back: which extent of an input counts samples, and one run or
// several. Thread: any; pure functions but runSamples, which runs the network.
#pragma once

#include "base/result.h"
#include "engine/engine.h"
#include "inference/run_control.h"
#include "tensor/tensor.h"

#include <span>
#include <vector>

namespace warmbench {

// True where the first extent counts samples: it is free or 1, in every input of the network.
bool hasBatchDimension(const NetworkSpec &spec);

// The shape of one sample of the input: without its batch dimension where the network has one.
std::vector<Dimension> sampleShape(const NetworkSpec &spec, std::size_t input);

// What one sample of the network's only input takes, as far as its shape is fixed; 0 otherwise.
std::size_t fixedSampleBytes(const NetworkSpec &spec);

// InvalidArgument: the network has several inputs, or there are no samples.
Result<void> checkSamples(const NetworkSpec &spec, std::size_t samples);

// FailedPrecondition: a picture as the settings make it does not fit the network's only input.
Result<void> checkPicture(const NetworkSpec &spec, const Tensor &sample);

// True where the samples run in one batch: there are several, they agree in shape, and the network
// takes it.
bool runTogether(const Network &network, std::span<const Tensor> samples);

// Runs n samples of the network's only input (each of sampleShape): in one batch or one after the
// other. Outputs carry the batch dimension: [n, ...]. The samples are cast to the declared dtype.
// InvalidArgument: as checkSamples, a sample does not fit, or samples are answered in different
// shapes. What the control says between two runs.
Result<std::vector<Tensor>> runSamples(Network &network, std::vector<Tensor> samples,
                                       RunControl &control);

// What the outputs of such runs take, before they are made: by the declared shapes, or what the
// network says. InvalidArgument: the network cannot take inputs of these shapes.
Result<std::size_t> outputBytes(const Network &network, std::span<const Tensor> inputs);
Result<std::size_t> outputBytesOfSamples(const Network &network, std::span<const Tensor> samples);

// Bytes that a run with inputs of these shapes takes between its layers, for as long as it runs.
// InvalidArgument: the network cannot take such shapes.
Result<std::size_t> activationBytes(const Network &network, std::span<const Shape> inputs);

// InvalidArgument: inputs whose first extents count the same samples have different ones.
Result<void> checkBatches(const Network &network, std::span<const Tensor> inputs);

// The network's inputs picked by name into its own order, cast to the declared dtypes.
// InvalidArgument names what is missing, unknown (with the nearest) or given twice, or the shape
// that differs.
Result<std::vector<Tensor>> orderedInputs(const NetworkSpec &spec,
                                          std::vector<NamedTensor> tensors);

} // namespace warmbench
