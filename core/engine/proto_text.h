// Reads protobuf's text format (prototxt and pbtxt files) into a tree
// (https://protobuf.dev/reference/protobuf/textformat-spec). Names are not checked against a
// schema. Thread: a value. Errors: FailedPrecondition naming the line.
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
    std::string value; // the value of a scalar, without quotes
    std::vector<ProtoText> fields;

    std::vector<const ProtoText *> all(std::string_view field) const;
    const ProtoText *first(std::string_view field) const;
    // The value of the first such field; empty if there is none.
    std::string text(std::string_view field) const;
    // The values of all such fields that are numbers.
    std::vector<std::int64_t> numbers(std::string_view field) const;
};

Result<ProtoText> parseProtoText(std::string_view text);

} // namespace warmbench
