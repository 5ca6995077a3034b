// How samples become batches and back: which extent of an input counts samples, and one run or
// several. Thread: any; pure functions but runSamples, which runs the network.
#pragma once

#include "base/cancellation.h"
#include "base/clock.h"
#include "base/result.h"
#include "engine/engine.h"
#include "tensor/tensor.h"

#include <span>
#include <vector>

namespace warmbench {

// True where the first extent counts samples: it is free or 1, in every input of the network.
bool hasBatchDimension(const NetworkSpec &spec);

// The shape of one sample of the input: without its batch dimension where the network has one.
std::vector<Dimension> sampleShape(const NetworkSpec &spec, std::size_t input);

// Runs n samples of the network's only input (each of sampleShape): in one batch where the network
// takes it and the samples agree in shape, else one after the other. Outputs carry the batch
// dimension: [n, ...]. The samples are cast to the declared dtype. InvalidArgument: the network has
// several inputs, or a sample does not fit. Cancelled between two runs.
Result<std::vector<Tensor>> runSamples(Network &network, std::vector<Tensor> samples,
                                       const Cancellation &cancellation);

// The network's inputs picked by name into its own order, cast to the declared dtypes.
// InvalidArgument names what is missing, unknown (with the nearest) or given twice, or the shape
// that differs.
Result<std::vector<Tensor>> orderedInputs(const NetworkSpec &spec,
                                          std::vector<NamedTensor> tensors);

} // namespace warmbench
