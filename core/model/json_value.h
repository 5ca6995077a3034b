// A small JSON file as a tree that remembers where each value stands, so that whoever judges a
// value can say in which line it is wrong. Strict RFC 8259, except that a UTF-8 byte order mark is
// skipped; a key given twice is an error. For settings of some kilobytes: tensors go through
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
    std::string text;              // of a Text; of a Number as it was written
    std::vector<JsonValue> items;  // of a List; of an Object in the file's order
    std::vector<std::string> keys; // of an Object, one an item
    int line = 1;                  // where it starts, both from 1; columns count characters
    int column = 1;

    // The value as a message shows it: what was written, shortened.
    std::string shown() const;
};

// InvalidArgument: "line 3, column 14: expected ...".
Result<JsonValue> parseJson(std::string_view text);

} // namespace warmbench
