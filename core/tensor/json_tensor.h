// Numbers of JSON into tensors, without a detour over a tree of objects.
//
// Thread: any (one parser a thread is kept). Values: JSON numbers, true and false, strings for
// String tensors, and the words NaN, Infinity and -Infinity as "NaN", "Infinity", "-Infinity"
// strings or null (NaN), since JSON has no numbers for them. Errors name the tensor, what came,
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
// takes the declared shape (at most one free extent is solved for). A leading extent of 1 that is
// missing or one too many is forgiven. `what` is the tensor's name in messages.
Result<Tensor> tensorFromJson(std::string_view json, std::string_view what, DType dtype,
                              std::span<const Dimension> declared);

// The same for float32 tensors of a fixed shape and nothing but plain decimal numbers, the way that
// most come; nothing where it is anything else, right or wrong. `json` need not be known to be one
// whole value.
std::optional<Tensor> plainTensorFromJson(std::string_view json,
                                          std::span<const Dimension> declared);

} // namespace warmbench
