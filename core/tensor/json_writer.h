// Writes tensors, texts and numbers as JSON. Thread: any; pure functions.
#pragma once

#include "tensor/tensor.h"

#include <string>
#include <string_view>

namespace warmbench {

// Appends nested arrays in the tensor's shape. Each float is the shortest text that reads back as
// the same number (std::to_chars); NaN is null, infinities are the strings "Infinity" and
// "-Infinity", because JSON has no numbers for them.
void appendJson(std::string &out, const Tensor &tensor);
// Appends the string with quotes and escapes; bytes that are no UTF-8 become U+FFFD.
void appendJsonString(std::string &out, std::string_view text);
// Appends a number so that it reads back the same.
void appendJsonNumber(std::string &out, double value);

} // namespace warmbench
