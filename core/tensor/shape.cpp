#include "tensor/shape.h"

#include <algorithm>
#include <fmt/format.h>

namespace warmbench {

namespace {

constexpr std::int64_t mostElements = std::int64_t{1} << 40;

} // namespace

Result<std::size_t> elementCount(std::span<const std::int64_t> shape)
{
    if (std::any_of(shape.begin(), shape.end(), [](std::int64_t extent) { return extent < 0; }))
        return invalidArgument(fmt::format(
            "Shape {} has a negative extent; each must be 0 or more.", shapeText(shape)));
    if (std::find(shape.begin(), shape.end(), 0) != shape.end())
        return std::size_t{0};
    std::int64_t count = 1;
    for (const std::int64_t extent : shape) {
        if (count > mostElements / extent)
            return invalidArgument(
                fmt::format("Shape {} has more than 2^40 elements; check it.", shapeText(shape)));
        count *= extent;
    }
    return static_cast<std::size_t>(count);
}

std::string shapeText(std::span<const std::int64_t> shape)
{
    return fmt::format("[{}]", fmt::join(shape.begin(), shape.end(), ", "));
}

std::string shapeText(std::span<const Dimension> shape)
{
    std::string text = "[";
    for (const Dimension &dimension : shape) {
        if (text.size() > 1)
            text += ", ";
        if (!dimension.free())
            text += fmt::to_string(dimension.size);
        else
            text += dimension.name.empty() ? "?" : dimension.name;
    }
    return text + "]";
}

bool matches(std::span<const Dimension> declared, std::span<const std::int64_t> actual)
{
    return std::equal(declared.begin(), declared.end(), actual.begin(), actual.end(),
                      [](const Dimension &dimension, std::int64_t extent) {
                          return dimension.free() || dimension.size == extent;
                      });
}

} // namespace warmbench
