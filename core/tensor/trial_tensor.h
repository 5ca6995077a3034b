// Tensors to try a network with: values that look random and are the same on every machine.
// Thread: any; a pure function.
#pragma once

#include "base/result.h"
#include "tensor/tensor.h"

#include <cstdint>

namespace warmbench {

// Real numbers from `low` to `low` + 1; 0 and 1 for integers, which may be indices; texts of one to
// four small letters. Errors as Tensor::create.
Result<Tensor> trialTensor(DType dtype, const Shape &shape, std::uint32_t seed, float low);

} // namespace warmbench
