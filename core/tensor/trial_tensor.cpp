#include "tensor/trial_tensor.h"

#include "tensor/conversion.h"

namespace warmbench {

namespace {

std::uint32_t next(std::uint32_t &seed)
{
    return seed = seed * 1664525U + 1013904223U; // ranqd1 of Numerical Recipes
}

Result<Tensor> trialTexts(const Shape &shape, std::uint32_t seed)
{
    auto tensor = Tensor::create(DType::String, shape);
    if (!tensor)
        return tensor;
    std::vector<std::string> texts(tensor->elementCount());
    for (std::string &text : texts) {
        text.resize(1 + (next(seed) >> 30));
        for (char &letter : text)
            letter = static_cast<char>('a' + (next(seed) >> 24) % 26);
    }
    return Tensor::fromStrings(shape, std::move(texts));
}

} // namespace

Result<Tensor> trialTensor(DType dtype, const Shape &shape, std::uint32_t seed, float low)
{
    if (dtype == DType::String)
        return trialTexts(shape, seed);
    auto numbers = Tensor::create(DType::Float32, shape);
    if (!numbers)
        return numbers;
    for (float &value : numbers->mutableValues<float>()) {
        next(seed);
        value = isFloating(dtype) ? static_cast<float>(seed >> 8) / 16777216.0F + low
                                  : static_cast<float>(seed >> 31);
    }
    return converted(*numbers, dtype);
}

} // namespace warmbench
