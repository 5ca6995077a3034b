// NumPy's .npy files, versions 1.0 to 3.0 (NEP 1 and numpy.lib.format).
// Thread: any; pure functions. Big-endian data and Fortran order are converted; object arrays,
// structures and complex numbers are refused. Unicode (<U) and byte strings (|S) become String.
#pragma once

#include "base/result.h"
#include "tensor/tensor.h"

#include <span>
#include <string>

namespace warmbench {

bool looksLikeNpy(std::span<const std::byte> data);
// InvalidArgument: not .npy, header that cannot be read, less data than the shape says, or a type
// that tensors do not have.
Result<Tensor> readNpy(std::span<const std::byte> data);
// Version 1.0, little-endian, C order. Strings are written as <U.
std::string writeNpy(const Tensor &tensor);

} // namespace warmbench
