// Converts tensors from one element type to another. Thread: any; a pure function.
#pragma once

#include "base/result.h"
#include "tensor/tensor.h"

namespace warmbench {

// The same numbers in another element type. Integers never wrap around: if the target cannot
// represent a value, InvalidArgument names the first such value and its index. Fractions become
// integers by rounding to nearest even. Bool takes only 0 and 1. `lossy` (optional) is set to
// whether digits of an integer (int64 2^53+1 to float32) or a fraction (2.5 to int8) were lost;
// rounding from one floating type to a narrower one is not reported. String converts only to
// String.
Result<Tensor> converted(const Tensor &tensor, DType dtype, bool *lossy = nullptr);

} // namespace warmbench
