// Numbers between JSON and tensors, without a detour over a tree of objects.
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

// One JSON number (RFC 8259, section 6), correctly rounded; nothing where the text is none or
// float64 cannot hold it.
std::optional<double> numberFromJson(std::string_view json);

// Appends nested arrays in the tensor's shape. Floats are written shortest such that they read back
// the same (std::to_chars); NaN is null, infinities are the strings "Infinity" and "-Infinity",
// since JSON has no numbers for them.
void appendJson(std::string &out, const Tensor &tensor);
// Appends the string with quotes and escapes; bytes that are no UTF-8 become U+FFFD.
void appendJsonString(std::string &out, std::string_view text);
// Appends a number so that it reads back the same.
void appendJsonNumber(std::string &out, double value);

} // namespace warmbench
