// What a Darknet description says, and how many bytes of weights it needs. OpenCV reads a file that
// is cut short without a word and computes with what was in memory, and it trusts the numbers of
// sections, groups and anchors.
// Thread: any; pure functions. Private to this room.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warmbench {

struct DarknetSection
{
    std::string name; // "convolutional"
    std::map<std::string, std::string> options;

    std::int64_t number(const std::string &key, std::int64_t fallback) const;
    std::vector<std::int64_t> numbers(const std::string &key) const;
    std::vector<std::string_view> parts(const std::string &key) const; // between the commas
};

// The sections of a .cfg; FailedPrecondition where a line belongs to none.
Result<std::vector<DarknetSection>> parseDarknet(std::string_view text);

// Floats behind the header (darknet's parser.c, load_weights_upto); none where a section is not
// known here. FailedPrecondition: numbers that make no network.
Result<std::optional<std::int64_t>> darknetWeightCount(const std::vector<DarknetSection> &sections);

// Bytes of the header, by its version numbers.
std::int64_t darknetHeaderSize(std::int32_t major, std::int32_t minor);

} // namespace warmbench
