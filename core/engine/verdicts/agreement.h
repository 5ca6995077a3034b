// How far the answers of two engines to the same inputs are apart.
// Thread: values, pure functions.
#pragma once

#include "engine/network_spec.h"
#include "tensor/tensor.h"

#include <span>
#include <string>

namespace warmbench {

// Real numbers agree up to this share of the largest number of their tensor. Rounding in another
// order moves the answers of deep networks by some 1e-6 to 1e-4 of it in float32.
inline constexpr double agreedShare = 1e-3;
inline constexpr double agreedShareOfHalves = 1e-2; // float16 has 11 significant bits

struct Agreement
{
    bool agrees = true;
    // Between real numbers: the largest difference as a share of the largest number of its tensor.
    double largest = 0;
    std::string difference; // a sentence about the first output that differs; empty if all agree
};

// Compares the outputs of two runs, in the order of `outputs`. Integers, booleans and texts must be
// equal, which labels and classes are; NaN agrees with NaN alone, an infinity with the same one.
Agreement compareOutputs(std::span<const TensorSpec> outputs, std::span<const Tensor> reference,
                         std::span<const Tensor> other);
// What both say of several inputs.
Agreement operator+(Agreement first, const Agreement &second);

} // namespace warmbench
