#include "tensor/trial_tensor.h"

#include "tensor/conversion.h"

namespace warmbench {

Result<Tensor> trialTensor(DType dtype, const Shape &shape, std::uint32_t seed, float low)
{
    auto numbers = Tensor::create(DType::Float32, shape);
    if (!numbers)
        return numbers;
    for (float &value : numbers->mutableValues<float>()) {
        seed = seed * 1664525U + 1013904223U; // ranqd1 of Numerical Recipes
        value = isFloating(dtype) ? static_cast<float>(seed >> 8) / 16777216.0F + low
                                  : static_cast<float>(seed >> 31);
    }
    return converted(*numbers, dtype);
}

} // namespace warmbench
