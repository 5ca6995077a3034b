// Reads numbers of JSON straight into tensors, without building a tree of objects.
//
// Thread: any (each thread keeps a parser). Values: JSON numbers, true and false, strings for
// String tensors, and the words NaN, Infinity and -Infinity as "NaN", "Infinity", "-Infinity"
// strings or null (NaN), because JSON has no numbers for them. Errors name the tensor, what came,
// what was expected and how to mend it.
#pragma once

#include "base/result.h"
#include "tensor/tensor.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace warmbench {

// `json` is one array (nested or flat) or a number. Its numbers fill a tensor of the declared
// dtype: nested arrays give the shape, which must match `declared`; a flat list of the right count
// takes the declared shape (if one extent is free, the count gives it). A leading extent of 1 may
// be missing or be one too many. `what` is the tensor's name in messages.
Result<Tensor> tensorFromJson(std::string_view json, std::string_view what, DType dtype,
                              std::span<const Dimension> declared);

// A quick way for what clients send most: float32 tensors of a fixed shape, from plain decimal
// numbers only. Returns nothing for anything else, valid or not. The caller need not check before
// that `json` is one whole value.
std::optional<Tensor> plainTensorFromJson(std::string_view json,
                                          std::span<const Dimension> declared);

} // namespace warmbench
