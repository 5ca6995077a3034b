// Tensors from one element type into another. Thread: any; pure.
#pragma once

#include "base/result.h"
#include "tensor/tensor.h"

namespace warmbench {

// The same numbers in another element type. Integers wrap nowhere: a value that the target cannot
// represent is InvalidArgument naming the first one and its index; fractions round to nearest even
// into integers; Bool takes 0 and 1 only. `lossy` (optional) tells whether digits of an integer
// (int64 2^53+1 to float32) or a fraction (2.5 to int8) were lost; rounding from one floating type
// to a narrower one is not reported. String converts only to String.
Result<Tensor> converted(const Tensor &tensor, DType dtype, bool *lossy = nullptr);

} // namespace warmbench
