// Reads plain decimal numbers of JSON quickly: a single number, or regularly nested lists of
// numbers, which is what clients send most. Thread: any; a pure function.
#pragma once

#include "tensor/shape.h"

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace warmbench {

struct ScannedNumbers
{
    Shape shape; // the shape of the nesting
    std::size_t count = 0;
};

// Fills `values` with the numbers in order, correctly rounded. Returns nothing if the text is
// anything else: words, strings, empty or ragged lists, more numbers than fit, or no JSON. Use
// readJsonNumbers then: it accepts some of these and says what is wrong with the others.
std::optional<ScannedNumbers> scanNumbers(std::string_view json, std::span<float> values);

// Whether the text is a number of RFC 8259, section 6; std::from_chars alone accepts more.
bool isJsonNumber(std::string_view text);

// One JSON number (RFC 8259, section 6), correctly rounded; nothing if the text is no number or
// float64 cannot hold it.
std::optional<double> numberFromJson(std::string_view json);

} // namespace warmbench
