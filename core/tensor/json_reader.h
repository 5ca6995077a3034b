// Reads the numbers of one JSON array and the shape of its nesting; comparing it with a declared
// shape comes later. Thread: any; one reader reads once.
#pragma once

#include "base/result.h"
#include "tensor/shape.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace warmbench {

// No network takes a tensor with more dimensions; deeper nesting is an attack or a mistake.
inline constexpr std::size_t mostJsonDepth = 32;

// T: double, std::int64_t, std::uint64_t or std::string.
template <typename T>
struct JsonNumbers
{
    Shape shape;           // the shape of the nesting; empty for a bare number
    std::size_t count = 0; // of all values; `values` holds only as many as were asked for
    std::vector<T> values;
};

// Keeps at most `most` values and counts the rest. InvalidArgument: no JSON, ragged lists, objects,
// nesting above mostJsonDepth, a value that T cannot hold. Messages are halves of sentences
// ("element [0, 2] is ..."), and the caller puts the tensor's name in front.
template <typename T>
Result<JsonNumbers<T>> readJsonNumbers(std::string_view json, std::size_t most);

} // namespace warmbench
