// Inputs to try a loaded model with, made from what the network declares.
// Thread: any; pure functions.
#pragma once

#include "base/bytes.h"
#include "model/model_bundle.h"
#include "tensor/tensor.h"

#include <cstdint>
#include <vector>

namespace warmbench {

// One tensor for each input, in the network's order: values of trialTensor(), `batch` samples.
// Free extents that count no samples become the size of the model's pictures, else `freeExtent`.
// FailedPrecondition: the network does not take so many samples at a time. ResourceExhausted: they
// take more than `most` together.
Result<std::vector<Tensor>> trialInputs(const ModelBundle &model, int batch, std::uint32_t seed,
                                        std::int64_t freeExtent = 1, Bytes most = mebibytes(1024));

} // namespace warmbench
