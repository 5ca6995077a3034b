#include "tensor/dtype.h"

#include "base/text.h"

#include <bit>
#include <fmt/format.h>
#include <string>
#include <vector>

namespace warmbench {

std::size_t dtypeSize(DType dtype)
{
    return dtype == DType::String
               ? 0
               : withElementType(dtype, [](auto element) { return sizeof(element); });
}

std::string_view dtypeName(DType dtype)
{
    switch (dtype) {
    case DType::Float32:
        return "float32";
    case DType::Float64:
        return "float64";
    case DType::Float16:
        return "float16";
    case DType::Int8:
        return "int8";
    case DType::Int16:
        return "int16";
    case DType::Int32:
        return "int32";
    case DType::Int64:
        return "int64";
    case DType::UInt8:
        return "uint8";
    case DType::UInt16:
        return "uint16";
    case DType::UInt32:
        return "uint32";
    case DType::UInt64:
        return "uint64";
    case DType::Bool:
        return "bool";
    case DType::String:
        break;
    }
    return "string";
}

Result<DType> parseDType(std::string_view name)
{
    std::vector<std::string> known;
    for (const DType dtype : allDTypes) {
        if (dtypeName(dtype) == name)
            return dtype;
        known.emplace_back(dtypeName(dtype));
    }
    return invalidArgument(fmt::format("\"{}\" is no element type; known are {}.",
                                       printable(name, 40), joined(known)));
}

bool isFloating(DType dtype)
{
    return dtype == DType::Float32 || dtype == DType::Float64 || dtype == DType::Float16;
}

// binary32: 8 exponent bits (bias 127), 23 fraction bits. binary16: 5 (bias 15) and 10.
Half toHalf(float value)
{
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const auto sign = static_cast<std::uint32_t>((bits >> 16U) & 0x8000U);
    const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
    const auto result = [sign](std::uint32_t half) {
        return Half{static_cast<std::uint16_t>(sign | half)};
    };
    if (magnitude > 0x7F800000U) { // NaN keeps the payload that fits, and stays a NaN
        const std::uint32_t payload = (magnitude >> 13U) & 0x3FFU;
        return result(0x7C00U | (payload ? payload : 1U));
    }
    if (magnitude >= 0x477FF000U) // 65520 and above round to infinity
        return result(0x7C00U);
    // 2^-25 is half of the smallest subnormal; the tie goes to even, which is 0.
    if (magnitude < 0x33000001U)
        return result(0);
    std::uint32_t fraction = magnitude;
    std::uint32_t dropped = 13;
    if (magnitude < 0x38800000U) { // below 2^-14: a subnormal, which stores its leading one
        dropped = 126 - (magnitude >> 23U);
        fraction = (magnitude & 0x7FFFFFU) | 0x800000U;
    } else {
        fraction -= (127U - 15U) << 23U;
    }
    const std::uint32_t odd = (fraction >> dropped) & 1U;
    return result((fraction + (1U << (dropped - 1U)) - 1U + odd) >> dropped);
}

float toFloat(Half value)
{
    const auto sign = static_cast<std::uint32_t>(value.bits & 0x8000U) << 16U;
    const std::uint32_t exponent = (value.bits >> 10U) & 0x1FU;
    const std::uint32_t fraction = value.bits & 0x3FFU;
    if (exponent == 0) { // zero or subnormal: fraction * 2^-24, exact in binary32
        const float magnitude = static_cast<float>(fraction) * 0x1p-24F;
        return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(magnitude));
    }
    const std::uint32_t wide = exponent == 0x1FU ? 0xFFU : exponent + (127U - 15U);
    return std::bit_cast<float>(sign | (wide << 23U) | (fraction << 13U));
}

} // namespace warmbench
