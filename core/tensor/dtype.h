// Element types of tensors, with the names that people, NumPy and the protocols use.
// Thread: any.
#pragma once

#include "base/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace warmbench {

enum class DType : std::uint8_t {
    Float32,
    Float64,
    Float16,
    Int8,
    Int16,
    Int32,
    Int64,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Bool,
    String,
};
inline constexpr std::array allDTypes{DType::Float32, DType::Float64, DType::Float16, DType::Int8,
                                      DType::Int16,   DType::Int32,   DType::Int64,   DType::UInt8,
                                      DType::UInt16,  DType::UInt32,  DType::UInt64,  DType::Bool,
                                      DType::String};

// Bytes of one element; 0 for String, whose elements differ in length.
std::size_t dtypeSize(DType dtype);
// "float32", "int64", "bool", "string".
std::string_view dtypeName(DType dtype);
// The inverse of dtypeName; InvalidArgument lists the known names.
Result<DType> parseDType(std::string_view name);
bool isFloating(DType dtype);

// A float of 16 bits (IEEE 754 binary16) as it is stored. Conversion rounds to nearest even, as
// NumPy does.
struct Half
{
    std::uint16_t bits = 0;
    bool operator==(const Half &) const = default;
};
Half toHalf(float value);
float toFloat(Half value);

// Calls `use` with a value of the C++ type that holds one element of `dtype` (bool as uint8_t,
// Float16 as Half); String has no such type and must not be passed.
template <typename Use>
auto withElementType(DType dtype, Use &&use)
{
    switch (dtype) {
    case DType::Float64:
        return use(double{});
    case DType::Float16:
        return use(Half{});
    case DType::Int8:
        return use(std::int8_t{});
    case DType::Int16:
        return use(std::int16_t{});
    case DType::Int32:
        return use(std::int32_t{});
    case DType::Int64:
        return use(std::int64_t{});
    case DType::UInt8:
    case DType::Bool:
        return use(std::uint8_t{});
    case DType::UInt16:
        return use(std::uint16_t{});
    case DType::UInt32:
        return use(std::uint32_t{});
    case DType::UInt64:
        return use(std::uint64_t{});
    case DType::Float32:
    case DType::String:
        break;
    }
    return use(float{});
}

} // namespace warmbench
