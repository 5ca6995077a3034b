#include "tensor/json_tensor.h"
#include "tensor/conversion.h"

#include "base/text.h"
#include "tensor/json_reader.h"
#include "tensor/json_scan.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <optional>

namespace warmbench {

namespace {

using Declared = std::span<const Dimension>;

// "Tensor "image": element ..." or "Tensor "image" came ...": the halves begin with a small letter.
Error about(std::string_view what, std::string_view half)
{
    const bool verb = half.starts_with("is ") || half.starts_with("came ");
    return invalidArgument(
        fmt::format("Tensor \"{}\"{}{}.", printable(what, 80), verb ? " " : ": ", half));
}

// Product of the fixed extents; nothing if it overflows. No client sends a tensor that large.
std::optional<std::size_t> fixedProduct(Declared declared)
{
    Shape fixed;
    for (const Dimension &dimension : declared) {
        if (!dimension.free())
            fixed.push_back(dimension.size);
    }
    const auto count = elementCount(fixed);
    return count ? std::optional(*count) : std::nullopt;
}

std::size_t freeExtents(Declared declared)
{
    return static_cast<std::size_t>(std::count_if(declared.begin(), declared.end(),
                                                  [](const Dimension &one) { return one.free(); }));
}

// As `matches`, but an extent that the model leaves free must not be 0.
bool fits(Declared declared, std::span<const std::int64_t> came)
{
    if (!matches(declared, came))
        return false;
    return std::equal(declared.begin(), declared.end(), came.begin(), came.end(),
                      [](const Dimension &dimension, std::int64_t extent) {
                          return !dimension.free() || extent > 0;
                      });
}

// The declared shape for `count` numbers in one flat list, if at most one extent is free.
std::optional<Shape> solved(Declared declared, std::size_t count)
{
    const auto fixed = fixedProduct(declared);
    const std::size_t open = freeExtents(declared);
    if (!fixed || open > 1)
        return std::nullopt;
    if (open == 0 ? *fixed != count : *fixed == 0 || count == 0 || count % *fixed != 0)
        return std::nullopt;
    Shape shape;
    for (const Dimension &dimension : declared)
        shape.push_back(dimension.free() ? static_cast<std::int64_t>(count / *fixed)
                                         : dimension.size);
    return shape;
}

std::optional<Shape> fitted(Declared declared, const Shape &came, std::size_t count)
{
    if (fits(declared, came))
        return came;
    const bool unitFirst =
        !declared.empty() && (declared.front().free() || declared.front().size == 1);
    if (unitFirst && fits(declared.subspan(1), came)) {
        Shape shape = came;
        shape.insert(shape.begin(), 1);
        return shape;
    }
    if (came.size() <= 1) {
        if (auto shape = solved(declared, count))
            return shape;
    }
    if (!came.empty() && came.front() == 1)
        return fitted(declared, Shape(came.begin() + 1, came.end()), count);
    return std::nullopt;
}

std::string numbersText(std::size_t count)
{
    return count == 1 ? "1 value" : fmt::format("{} values", count);
}

Error wrongShape(std::string_view what, DType dtype, Declared declared, const Shape &came,
                 std::size_t count)
{
    const auto fixed = fixedProduct(declared);
    const std::size_t open = freeExtents(declared);
    std::string mend = "nest the lists in that shape";
    if (fixed && open == 0)
        mend += fmt::format(" or send a flat list of {}", numbersText(*fixed));
    else if (fixed && *fixed > 1 && open == 1)
        mend += fmt::format(" or send a flat list of a multiple of {}", numbersText(*fixed));
    return about(what,
                 fmt::format("came with shape {} ({}), expected {} {}; {}", shapeText(came),
                             numbersText(count), dtypeName(dtype), shapeText(declared), mend));
}

template <typename T>
Result<Tensor> fromNumbers(std::string_view json, std::string_view what, DType dtype,
                           Declared declared)
{
    const auto fixed = fixedProduct(declared);
    const std::size_t most =
        fixed && freeExtents(declared) == 0 ? *fixed : std::numeric_limits<std::size_t>::max();
    auto numbers = readJsonNumbers<T>(json, most);
    if (!numbers)
        return about(what, numbers.error().message);
    const auto shape = fitted(declared, numbers->shape, numbers->count);
    if (!shape)
        return wrongShape(what, dtype, declared, numbers->shape, numbers->count);
    if constexpr (std::is_same_v<T, std::string>) {
        return Tensor::fromStrings(*shape, std::move(numbers->values));
    } else {
        const auto wide = Tensor::fromValues<T>(*shape, numbers->values);
        if (!wide)
            return about(what, wide.error().message);
        auto tensor = converted(*wide, dtype);
        if (!tensor) {
            std::string_view half = tensor.error().message;
            half.remove_suffix(half.ends_with('.') ? 1 : 0);
            return about(what, half);
        }
        return tensor;
    }
}

} // namespace

std::optional<Tensor> plainTensorFromJson(std::string_view json,
                                          std::span<const Dimension> declared)
{
    Shape shape;
    for (const Dimension &dimension : declared)
        shape.push_back(dimension.size);
    if (freeExtents(declared) > 0 || json.size() / 2 < fixedProduct(declared).value_or(json.size()))
        return std::nullopt;
    auto tensor = Tensor::create(DType::Float32, shape);
    if (!tensor)
        return std::nullopt;
    const auto found = scanNumbers(json, tensor->mutableValues<float>());
    if (!found || found->count != tensor->elementCount() ||
        fitted(declared, found->shape, found->count) != shape)
        return std::nullopt;
    return *std::move(tensor);
}

Result<Tensor> tensorFromJson(std::string_view json, std::string_view what, DType dtype,
                              std::span<const Dimension> declared)
{
    if (dtype == DType::String)
        return fromNumbers<std::string>(json, what, dtype, declared);
    if (dtype == DType::Float32) {
        if (auto tensor = plainTensorFromJson(json, declared))
            return *std::move(tensor);
    }
    if (isFloating(dtype))
        return fromNumbers<double>(json, what, dtype, declared);
    if (dtype == DType::UInt64)
        return fromNumbers<std::uint64_t>(json, what, dtype, declared);
    return fromNumbers<std::int64_t>(json, what, dtype, declared);
}

} // namespace warmbench
