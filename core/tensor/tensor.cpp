#include "tensor/tensor.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <new>
#include <stdexcept>

namespace warmbench {

Result<Tensor> Tensor::create(DType dtype, Shape shape)
{
    const auto count = warmbench::elementCount(shape);
    if (!count)
        return count.error();
    Tensor tensor;
    try {
        if (dtype == DType::String)
            tensor.m_strings.resize(*count);
        else
            tensor.m_bytes.resize(*count * dtypeSize(dtype));
    } catch (const std::exception &) { // bad_alloc or length_error
        return Error{ErrorCode::ResourceExhausted,
                     fmt::format("No memory for a {} tensor of shape {}; use a smaller one.",
                                 dtypeName(dtype), shapeText(shape))};
    }
    tensor.m_dtype = dtype;
    tensor.m_shape = std::move(shape);
    tensor.m_count = *count;
    return tensor;
}

Result<Tensor> Tensor::fromBytes(DType dtype, Shape shape, std::span<const std::byte> data)
{
    if (dtype == DType::String)
        return invalidArgument("Strings cannot be taken from raw bytes; pass them one by one.");
    const auto count = warmbench::elementCount(shape);
    if (!count)
        return count.error();
    const std::size_t expected = *count * dtypeSize(dtype);
    if (expected != data.size())
        return invalidArgument(fmt::format(
            "A {} tensor of shape {} takes {} bytes, but {} came; check shape and type.",
            dtypeName(dtype), shapeText(shape), expected, data.size()));
    auto tensor = create(dtype, std::move(shape));
    if (tensor && !data.empty())
        std::memcpy(tensor->m_bytes.data(), data.data(), data.size());
    return tensor;
}

Result<Tensor> Tensor::fromStrings(Shape shape, std::vector<std::string> strings)
{
    const auto count = warmbench::elementCount(shape);
    if (!count)
        return count.error();
    if (*count != strings.size())
        return invalidArgument(
            fmt::format("A string tensor of shape {} takes {} strings, but {} came.",
                        shapeText(shape), *count, strings.size()));
    Tensor tensor;
    tensor.m_dtype = DType::String;
    tensor.m_shape = std::move(shape);
    tensor.m_count = *count;
    tensor.m_strings = std::move(strings);
    return tensor;
}

Result<void> Tensor::reshape(Shape shape)
{
    const auto count = warmbench::elementCount(shape);
    if (!count)
        return count.error();
    if (*count != m_count)
        return invalidArgument(fmt::format("Shape {} has {} elements, but shape {} needs {}.",
                                           shapeText(m_shape), m_count, shapeText(shape), *count));
    m_shape = std::move(shape);
    return {};
}

namespace {

// Puts the elements of all tensors into one, one tensor after the other.
Result<Tensor> appended(std::span<const Tensor> tensors, Shape shape)
{
    auto result = Tensor::create(tensors.front().dtype(), shape);
    if (!result)
        return result;
    if (result->dtype() == DType::String) {
        std::vector<std::string> strings;
        strings.reserve(result->elementCount());
        for (const Tensor &tensor : tensors)
            strings.insert(strings.end(), tensor.strings().begin(), tensor.strings().end());
        return Tensor::fromStrings(std::move(shape), std::move(strings));
    }
    auto target = result->mutableBytes().begin();
    for (const Tensor &tensor : tensors)
        target = std::copy(tensor.bytes().begin(), tensor.bytes().end(), target);
    return result;
}

Error differ(const char *verb, const Tensor &first, const Tensor &other, std::size_t index)
{
    return invalidArgument(
        fmt::format("Tensors to be {} must agree: the first is {} {}, number {} is {} {}.", verb,
                    dtypeName(first.dtype()), shapeText(first.shape()), index + 1,
                    dtypeName(other.dtype()), shapeText(other.shape())));
}

} // namespace

Result<Tensor> stacked(std::span<const Tensor> samples)
{
    if (samples.empty())
        return invalidArgument("No tensors to stack; pass at least one sample.");
    const Tensor &first = samples.front();
    for (std::size_t i = 1; i < samples.size(); ++i) {
        if (samples[i].dtype() != first.dtype() || samples[i].shape() != first.shape())
            return differ("stacked", first, samples[i], i);
    }
    Shape shape = first.shape();
    shape.insert(shape.begin(), static_cast<std::int64_t>(samples.size()));
    return appended(samples, std::move(shape));
}

Tensor slice(const Tensor &tensor, std::size_t index)
{
    assert(!tensor.shape().empty());
    const auto rows = static_cast<std::size_t>(tensor.shape().front());
    assert(index < rows);
    Shape shape(tensor.shape().begin() + 1, tensor.shape().end());
    const std::size_t count = tensor.elementCount() / rows;
    if (tensor.dtype() == DType::String) {
        const auto from = tensor.strings().begin() + static_cast<std::ptrdiff_t>(index * count);
        return *Tensor::fromStrings(std::move(shape),
                                    {from, from + static_cast<std::ptrdiff_t>(count)});
    }
    const std::size_t size = tensor.byteSize() / rows;
    return *Tensor::fromBytes(tensor.dtype(), std::move(shape),
                              tensor.bytes().subspan(index * size, size));
}

Result<Tensor> concatenated(std::span<const Tensor> tensors)
{
    if (tensors.empty())
        return invalidArgument("No tensors to join; pass at least one.");
    const Tensor &first = tensors.front();
    if (first.shape().empty())
        return invalidArgument("Scalars have no first dimension to join along; stack them.");
    Shape shape = first.shape();
    for (std::size_t i = 1; i < tensors.size(); ++i) {
        const Tensor &other = tensors[i];
        if (other.dtype() != first.dtype() || other.shape().size() != first.shape().size() ||
            !std::equal(first.shape().begin() + 1, first.shape().end(), other.shape().begin() + 1))
            return differ("joined", first, other, i);
        shape.front() += other.shape().front();
    }
    return appended(tensors, std::move(shape));
}

} // namespace warmbench
