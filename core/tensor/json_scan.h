// Plain decimal numbers of JSON: one, and the lists of them, nested alike, that clients send most.
// Thread: any; a pure function.
#pragma once

#include "tensor/shape.h"

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace warmbench {

struct ScannedNumbers
{
    Shape shape; // of the nesting
    std::size_t count = 0;
};

// Fills `values` with the numbers in order, correctly rounded. Nothing where the text is anything
// else: words, text, empty or ragged lists, more numbers than there is room for, what is no JSON.
// readJsonNumbers knows these forms, takes some of them and says what is wrong with the others.
std::optional<ScannedNumbers> scanNumbers(std::string_view json, std::span<float> values);

// RFC 8259, section 6; std::from_chars alone is more generous.
bool isJsonNumber(std::string_view text);

// One JSON number (RFC 8259, section 6), correctly rounded; nothing where the text is none or
// float64 cannot hold it.
std::optional<double> numberFromJson(std::string_view json);

} // namespace warmbench
