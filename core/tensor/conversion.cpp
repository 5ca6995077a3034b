#include "tensor/conversion.h"

#include <bit>
#include <cmath>
#include <concepts>
#include <fmt/format.h>
#include <limits>
#include <utility>

namespace warmbench {

namespace {

enum class Outcome : std::uint8_t { Exact, Rounded, Unrepresentable };

// Rounding to odd keeps what a second rounding needs, so that double to half rounds once
// (S. Boldo, G. Melquiond: When double rounding is odd, 2005).
float roundedToOdd(double value)
{
    auto narrow = static_cast<float>(value);
    if (static_cast<double>(narrow) == value || !std::isfinite(narrow))
        return narrow;
    if (std::abs(static_cast<double>(narrow)) > std::abs(value))
        narrow = std::nextafter(narrow, 0.0F);
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(narrow) | 1U);
}

template <std::integral To>
Outcome convertReal(double from, To &to)
{
    const double rounded = std::nearbyint(from);
    // 2^digits is exact in double, the largest integer of 64 bits is not.
    const double limit = std::ldexp(1.0, std::numeric_limits<To>::digits);
    if (!(rounded < limit && rounded >= (std::is_signed_v<To> ? -limit : 0.0)))
        return Outcome::Unrepresentable;
    to = static_cast<To>(rounded);
    return rounded == from ? Outcome::Exact : Outcome::Rounded;
}

// A narrower floating type always loses digits, so that is not reported.
template <typename To>
Outcome convertReal(double from, To &to)
{
    if constexpr (std::is_same_v<To, Half>) {
        to = toHalf(roundedToOdd(from));
        return std::isfinite(from) && !std::isfinite(toFloat(to)) ? Outcome::Unrepresentable
                                                                  : Outcome::Exact;
    } else {
        to = static_cast<To>(from);
        return std::isfinite(from) && !std::isfinite(to) ? Outcome::Unrepresentable
                                                         : Outcome::Exact;
    }
}

template <std::integral From, typename To>
Outcome convertInteger(From from, To &to)
{
    if constexpr (std::integral<To>) {
        if (!std::in_range<To>(from))
            return Outcome::Unrepresentable;
        to = static_cast<To>(from);
        return Outcome::Exact;
    } else {
        float asFloat = 0;
        if constexpr (std::is_same_v<To, Half>) {
            // A number above 2^24 becomes infinite, however it is rounded.
            to = toHalf(static_cast<float>(from));
            asFloat = toFloat(to);
            if (!std::isfinite(asFloat))
                return Outcome::Unrepresentable;
            return asFloat == static_cast<float>(from) ? Outcome::Exact : Outcome::Rounded;
        } else {
            to = static_cast<To>(from);
            From back{};
            const bool same = convertReal(static_cast<double>(to), back) == Outcome::Exact;
            return same && back == from ? Outcome::Exact : Outcome::Rounded;
        }
    }
}

template <typename From, typename To>
Outcome convertElement(From from, To &to)
{
    if constexpr (std::is_same_v<From, To>) {
        to = from;
        return Outcome::Exact;
    } else if constexpr (std::is_same_v<From, Half>) {
        return convertReal(static_cast<double>(toFloat(from)), to);
    } else if constexpr (std::is_floating_point_v<From>) {
        return convertReal(static_cast<double>(from), to);
    } else {
        return convertInteger(from, to);
    }
}

template <typename From>
std::string elementText(From value)
{
    if constexpr (std::is_same_v<From, Half>)
        return fmt::to_string(toFloat(value));
    else
        return fmt::format("{}", value);
}

// The range of a type, for messages.
std::string rangeText(DType dtype)
{
    if (dtype == DType::Bool)
        return "0 and 1";
    return withElementType(dtype, [](auto element) -> std::string {
        using T = decltype(element);
        if constexpr (std::is_same_v<T, Half>)
            return "-65504 to 65504";
        else
            return fmt::format("{} to {}", std::numeric_limits<T>::lowest(),
                               std::numeric_limits<T>::max());
    });
}

// Raw bytes may hold any non-zero value for true.
template <typename T>
T readElement(const Tensor &tensor, const T *values, std::size_t i)
{
    if constexpr (std::is_same_v<T, std::uint8_t>) {
        if (tensor.dtype() == DType::Bool)
            return values[i] != 0 ? 1 : 0;
    }
    return values[i];
}

template <typename From, typename To>
Result<bool> convertAll(const Tensor &source, Tensor &target)
{
    const From *from = reinterpret_cast<const From *>(source.bytes().data());
    To *to = reinterpret_cast<To *>(target.mutableBytes().data());
    const bool toBool = target.dtype() == DType::Bool;
    bool rounded = false;
    for (std::size_t i = 0; i < source.elementCount(); ++i) {
        const From value = readElement(source, from, i);
        Outcome outcome = convertElement(value, to[i]);
        if (toBool && outcome != Outcome::Unrepresentable) {
            double asDouble = 0;
            convertElement(to[i], asDouble);
            if (outcome == Outcome::Rounded || asDouble > 1)
                outcome = Outcome::Unrepresentable;
        }
        if (outcome == Outcome::Unrepresentable)
            return invalidArgument(fmt::format(
                "Element {} is {}, which {} cannot hold ({}); send values in that range.", i,
                elementText(value), dtypeName(target.dtype()), rangeText(target.dtype())));
        rounded = rounded || outcome == Outcome::Rounded;
    }
    return rounded;
}

} // namespace

Result<Tensor> converted(const Tensor &tensor, DType dtype, bool *lossy)
{
    if (lossy)
        *lossy = false;
    if (tensor.dtype() == dtype)
        return tensor;
    if (tensor.dtype() == DType::String || dtype == DType::String)
        return invalidArgument(fmt::format("A {} tensor cannot become {}; send {} values.",
                                           dtypeName(tensor.dtype()), dtypeName(dtype),
                                           dtypeName(dtype)));
    auto target = Tensor::create(dtype, tensor.shape());
    if (!target)
        return target;
    const auto rounded = withElementType(tensor.dtype(), [&](auto from) {
        return withElementType(dtype, [&](auto to) {
            return convertAll<decltype(from), decltype(to)>(tensor, *target);
        });
    });
    if (!rounded)
        return rounded.error();
    if (lossy)
        *lossy = *rounded;
    return target;
}

} // namespace warmbench
