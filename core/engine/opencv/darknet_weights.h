// Reads a Darknet description and counts the weights that it needs. OpenCV accepts a file that is
// cut off and computes with whatever was in memory, and it trusts the numbers of sections, groups
// and anchors.
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

// The sections of a .cfg; FailedPrecondition: a line belongs to no section.
Result<std::vector<DarknetSection>> parseDarknet(std::string_view text);

// How many floats follow the header of the weights (darknet's parser.c, load_weights_upto); nothing
// if a section is unknown here. FailedPrecondition: the numbers make no network.
Result<std::optional<std::int64_t>> darknetWeightCount(const std::vector<DarknetSection> &sections);

// Size of the header in bytes; it depends on the version.
std::int64_t darknetHeaderSize(std::int32_t major, std::int32_t minor);

} // namespace warmbench
