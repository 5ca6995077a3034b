// Tensors, texts and numbers as JSON. Thread: any; pure functions.
#pragma once

#include "tensor/tensor.h"

#include <string>
#include <string_view>

namespace warmbench {

// Appends nested arrays in the tensor's shape. Floats are written shortest such that they read back
// the same (std::to_chars); NaN is null, infinities are the strings "Infinity" and "-Infinity",
// since JSON has no numbers for them.
void appendJson(std::string &out, const Tensor &tensor);
// Appends the string with quotes and escapes; bytes that are no UTF-8 become U+FFFD.
void appendJsonString(std::string &out, std::string_view text);
// Appends a number so that it reads back the same.
void appendJsonNumber(std::string &out, double value);

} // namespace warmbench
