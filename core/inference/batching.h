// Joins samples into batches and splits them again: decides which extent of an input counts
// samples, and whether they take one run or several. Thread: any; pure functions, except
// runSamples, which runs the network.
#pragma once

#include "base/result.h"
#include "engine/engine.h"
#include "inference/run_control.h"
#include "tensor/tensor.h"

#include <span>
#include <vector>

namespace warmbench {

// True if the first extent counts samples: it is free or 1 in every input of the network.
bool hasBatchDimension(const NetworkSpec &spec);

// The shape of one sample of the input: without the batch dimension, if the network has one.
std::vector<Dimension> sampleShape(const NetworkSpec &spec, std::size_t input);

// Memory of one sample of the network's only input, if its shape is fixed; else 0.
std::size_t fixedSampleBytes(const NetworkSpec &spec);

// InvalidArgument: the network has several inputs, or there are no samples.
Result<void> checkSamples(const NetworkSpec &spec, std::size_t samples);

// FailedPrecondition: a picture, prepared as the settings say, does not fit the network's only
// input.
Result<void> checkPicture(const NetworkSpec &spec, const Tensor &sample);

// True if the samples run in one batch: there are several, they agree in shape, and the network
// takes batches.
bool runTogether(const Network &network, std::span<const Tensor> samples);

// Runs the network on all its inputs. A run that ended early, because nobody waits for its answer
// any more, has the error of control.check().
Result<std::vector<Tensor>> runNetwork(Network &network, std::span<const Tensor> inputs,
                                       const RunControl &control);

// Runs n samples of the network's only input (each of sampleShape): in one batch or one after the
// other. Outputs carry the batch dimension: [n, ...]. The samples are cast to the declared dtype.
// Errors: those of checkSamples; InvalidArgument if a sample does not fit, or if the network
// answers samples in different shapes; those of `control`, which is checked between two runs.
Result<std::vector<Tensor>> runSamples(Network &network, std::vector<Tensor> samples,
                                       RunControl &control);

// Memory that the outputs of such runs will take, from the declared shapes or, if those are not
// fixed, from what the network says. InvalidArgument: the network cannot take inputs of these
// shapes.
Result<std::size_t> outputBytes(const Network &network, std::span<const Tensor> inputs);
Result<std::size_t> outputBytesOfSamples(const Network &network, std::span<const Tensor> samples);

// Memory that a run with inputs of these shapes takes for the results between its layers while it
// runs. InvalidArgument: the network cannot take such shapes.
Result<std::size_t> activationBytes(const Network &network, std::span<const Shape> inputs);

// InvalidArgument: two inputs whose first extents count the same samples differ in that extent.
Result<void> checkBatches(const Network &network, std::span<const Tensor> inputs);

// Puts tensors with names into the network's own order of inputs, cast to the declared dtypes.
// InvalidArgument names the input that is missing, unknown (with the nearest known one), given
// twice, or of another shape.
Result<std::vector<Tensor>> orderedInputs(const NetworkSpec &spec,
                                          std::vector<NamedTensor> tensors);

} // namespace warmbench
