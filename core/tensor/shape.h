// Extents of a tensor, outermost first. A scalar has an empty shape and one element.
// Thread: values.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace warmbench {

using Shape = std::vector<std::int64_t>;

// Product of the extents, checked in 64 bits. InvalidArgument: a negative extent, or a product
// above 2^40 elements.
Result<std::size_t> elementCount(std::span<const std::int64_t> shape);
// "[1, 3, 240, 320]".
std::string shapeText(std::span<const std::int64_t> shape);

// One extent as a model declares it: fixed, or free with the name that the file gives it ("batch";
// may be empty).
struct Dimension
{
    std::int64_t size = -1; // -1: free
    std::string name;
    bool free() const { return size < 0; }
    bool operator==(const Dimension &) const = default;
};

// "[batch, 3, 240, 320]"; a free extent without a name is "?".
std::string shapeText(std::span<const Dimension> shape);
// True if the ranks agree and every fixed extent agrees.
bool matches(std::span<const Dimension> declared, std::span<const std::int64_t> actual);

} // namespace warmbench
