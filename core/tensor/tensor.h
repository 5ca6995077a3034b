// An owned, typed, dense block of numbers (or strings) in row-major order.
//
// Thread: a value; distinct tensors may be used by distinct threads. Copies copy the data.
// Memory: little-endian elements, aligned to 16 bytes; zero-filled on creation.
// Errors: InvalidArgument for shapes that are negative, overflow or do not fit the data given.
#pragma once

#include "base/result.h"
#include "tensor/dtype.h"
#include "tensor/shape.h"

#include <cassert>
#include <cstddef>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace warmbench {

template <typename T>
struct DTypeOf;
// clang-format off
template <> struct DTypeOf<float> { static constexpr DType value = DType::Float32; };
template <> struct DTypeOf<double> { static constexpr DType value = DType::Float64; };
template <> struct DTypeOf<Half> { static constexpr DType value = DType::Float16; };
template <> struct DTypeOf<std::int8_t> { static constexpr DType value = DType::Int8; };
template <> struct DTypeOf<std::int16_t> { static constexpr DType value = DType::Int16; };
template <> struct DTypeOf<std::int32_t> { static constexpr DType value = DType::Int32; };
template <> struct DTypeOf<std::int64_t> { static constexpr DType value = DType::Int64; };
template <> struct DTypeOf<std::uint8_t> { static constexpr DType value = DType::UInt8; };
template <> struct DTypeOf<std::uint16_t> { static constexpr DType value = DType::UInt16; };
template <> struct DTypeOf<std::uint32_t> { static constexpr DType value = DType::UInt32; };
template <> struct DTypeOf<std::uint64_t> { static constexpr DType value = DType::UInt64; };
// clang-format on

class Tensor
{
public:
    Tensor() = default; // float32, no elements, shape [0]

    static Result<Tensor> create(DType dtype, Shape shape);
    static Result<Tensor> fromBytes(DType dtype, Shape shape, std::span<const std::byte> data);
    static Result<Tensor> fromStrings(Shape shape, std::vector<std::string> strings);
    template <typename T>
    static Result<Tensor> fromValues(const Shape &shape, std::span<const T> values)
    {
        return fromBytes(DTypeOf<T>::value, shape, std::as_bytes(values));
    }

    DType dtype() const { return m_dtype; }
    const Shape &shape() const { return m_shape; }
    std::size_t elementCount() const { return m_count; }
    std::size_t byteSize() const { return m_bytes.size(); } // 0 for strings

    std::span<const std::byte> bytes() const { return m_bytes; }
    std::span<std::byte> mutableBytes() { return m_bytes; }
    const std::vector<std::string> &strings() const { return m_strings; }

    // The elements as T, which must be the element type (uint8_t for Bool too).
    template <typename T>
    std::span<const T> values() const
    {
        assertHolds<T>();
        return {reinterpret_cast<const T *>(m_bytes.data()), m_count};
    }
    template <typename T>
    std::span<T> mutableValues()
    {
        assertHolds<T>();
        return {reinterpret_cast<T *>(m_bytes.data()), m_count};
    }

    // The same elements under another shape of the same count; InvalidArgument otherwise.
    Result<void> reshape(Shape shape);

    bool operator==(const Tensor &) const = default;

private:
    template <typename T>
    void assertHolds() const
    {
        assert(m_dtype == DTypeOf<T>::value ||
               (m_dtype == DType::Bool && std::is_same_v<T, std::uint8_t>));
    }

    DType m_dtype = DType::Float32;
    Shape m_shape{0};
    std::size_t m_count = 0;
    std::vector<std::byte> m_bytes;
    std::vector<std::string> m_strings;
};

struct NamedTensor
{
    std::string name;
    Tensor tensor;
};

// One input or output as a model declares it.
struct TensorSpec
{
    std::string name;
    DType dtype = DType::Float32;
    std::vector<Dimension> shape;
    // The operator that yields an output ("Softmax"), if the file says; empty for inputs.
    std::string producedBy;
};

// Stacks tensors of one shape along a new first dimension: n samples of [..] become [n, ..].
// InvalidArgument: no tensors, or shapes or dtypes that differ.
Result<Tensor> stacked(std::span<const Tensor> samples);
// The i-th slice along the first dimension, without it. Requires rank >= 1 and index in range.
Tensor slice(const Tensor &tensor, std::size_t index);
// Joins tensors along their first dimension; the other dimensions must agree.
Result<Tensor> concatenated(std::span<const Tensor> tensors);

} // namespace warmbench
