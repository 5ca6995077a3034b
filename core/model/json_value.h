// A small JSON file as a tree that remembers where each value is in the text, so that an error
// about a value can name its line. Strict RFC 8259, except that a UTF-8 byte order mark is skipped;
// a key given twice is an error. It is made for settings of some kilobytes; tensors are read by
// tensor/json_tensor.h. Thread: values, a pure function.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace warmbench {

struct JsonValue
{
    enum class Kind : std::uint8_t { Null, Boolean, Number, Text, List, Object };
    Kind kind = Kind::Null;
    bool boolean = false;
    double number = 0;             // always finite
    std::string text;              // for a Text; for a Number, as it was written
    std::vector<JsonValue> items;  // for a List; for an Object, in the file's order
    std::vector<std::string> keys; // for an Object, one for each item
    int line = 1;                  // where the value starts, both from 1; columns count characters
    int column = 1;

    // The first value of an Object under this key; null if there is none.
    const JsonValue *member(std::string_view key) const;
    // The value for messages: as it was written, shortened.
    std::string shown() const;
};

// InvalidArgument: "line 3, column 14: expected ...".
Result<JsonValue> parseJson(std::string_view text);

} // namespace warmbench
