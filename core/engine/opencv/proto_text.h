// Protobuf's text format as a tree: prototxt and pbtxt files
// (https://protobuf.dev/reference/protobuf/textformat-spec). Names are not checked against a
// schema. Thread: a value. Errors: FailedPrecondition naming the line. Private to this room.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace warmbench {

struct ProtoText
{
    std::string name;
    std::string value; // of a scalar, unquoted
    std::vector<ProtoText> fields;

    std::vector<const ProtoText *> all(std::string_view field) const;
    const ProtoText *first(std::string_view field) const;
    // The value of the first such field; empty where there is none.
    std::string text(std::string_view field) const;
    // Every such field as a number; what is none is left out.
    std::vector<std::int64_t> numbers(std::string_view field) const;
};

Result<ProtoText> parseProtoText(std::string_view text);

} // namespace warmbench
