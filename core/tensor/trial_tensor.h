// Tensors to try a network with: numbers that look random and are the same on every machine.
// Thread: any; a pure function.
#pragma once

#include "base/result.h"
#include "tensor/tensor.h"

#include <cstdint>

namespace warmbench {

// Real numbers from `low` to `low` + 1; 0 and 1 for integers, which may be indices. Errors as
// Tensor::create; InvalidArgument for String, which has no numbers.
Result<Tensor> trialTensor(DType dtype, const Shape &shape, std::uint32_t seed, float low);

} // namespace warmbench
