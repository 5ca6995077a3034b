// Takes the inputs of a body one after the other, and estimates the memory that this needs
// meanwhile.
// Thread: any; pure functions.
#pragma once

#include "inference/inference_types.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace warmbench {

using Keeper = std::shared_ptr<const void>; // owns the text that views point into

inline std::span<const std::byte> bytesOf(std::string_view text)
{
    return std::as_bytes(std::span(text.data(), text.size()));
}

// Extra memory for reading a text with at most so many numbers: a copy, the parser's buffers, and
// the numbers in the widest type. The shortest text that gives one is "1,".
constexpr std::size_t jsonTensorBytes(std::size_t text, std::size_t count, DType dtype)
{
    return 6 * text + std::min(text / 2, count) *
                          (dtype == DType::String ? sizeof(std::string) : sizeof(double));
}

// Memory for decoding a base64 text, which goes through several forms.
constexpr std::size_t base64Bytes(std::size_t text)
{
    return 4 * text;
}

// The samples of a tensor, along its first extent.
inline SampleInputs slicesOf(Tensor tensor)
{
    const auto count = static_cast<std::size_t>(tensor.shape().front());
    return {count,
            [whole = std::make_shared<const Tensor>(std::move(tensor))](
                std::size_t i, RunControl & /*control*/) -> Result<Tensor> {
                return slice(*whole, i);
            }};
}

} // namespace warmbench
