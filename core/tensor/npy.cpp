#include "tensor/npy.h"

#include "base/text.h"
#include "base/utf8.h"
#include "tensor/npy_header.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/format.h>

namespace warmbench {

namespace {

// Each string takes 32 bytes in addition to its text.
constexpr std::size_t mostStrings = std::size_t{1} << 22;

using Data = std::span<const std::byte>;

// Calls `use(from)` with each element's bytes in row-major order.
template <typename Use>
void eachElement(const NpyHeader &header, std::size_t count, Data data, const Use &use)
{
    const std::size_t size = header.itemSize;
    if (!header.fortranOrder) {
        for (std::size_t i = 0; i < count; ++i)
            use(data.subspan(i * size, size));
        return;
    }
    // Counts the indices up like an odometer, the last one fastest. In memory the elements of the
    // first index are next to each other.
    const std::size_t rank = header.shape.size();
    std::array<std::size_t, mostNpyRank> strides{1};
    for (std::size_t d = 1; d < rank; ++d)
        strides[d] = strides[d - 1] * static_cast<std::size_t>(header.shape[d - 1]);
    std::array<std::int64_t, mostNpyRank> index{};
    std::size_t at = 0;
    for (std::size_t i = 0; i < count; ++i) {
        use(data.subspan(at * size, size));
        for (std::size_t d = rank; d-- > 0;) {
            at += strides[d];
            if (++index[d] < header.shape[d])
                break;
            at -= strides[d] * static_cast<std::size_t>(header.shape[d]);
            index[d] = 0;
        }
    }
}

std::uint32_t codePoint(Data bytes, bool bigEndian)
{
    std::uint32_t point = 0;
    for (std::size_t i = 0; i < 4; ++i)
        point |= std::to_integer<std::uint32_t>(bytes[bigEndian ? 3 - i : i]) << (8U * i);
    return point;
}

// NumPy fills short strings up with zeros, which are taken off here.
std::string textOf(const NpyHeader &header, Data bytes)
{
    std::string text;
    if (header.unicode) {
        for (std::size_t at = 0; at < bytes.size(); at += 4)
            appendUtf8(text, codePoint(bytes.subspan(at, 4), header.bigEndian));
    } else {
        text.assign(reinterpret_cast<const char *>(bytes.data()), bytes.size());
    }
    text.resize(text.find_last_not_of('\0') + 1);
    return text;
}

Result<Tensor> readStrings(const NpyHeader &header, std::size_t count, Data data)
{
    if (count > mostStrings)
        return invalidArgument(fmt::format(
            "The .npy file holds {} strings, more than {}; split it.", count, mostStrings));
    std::vector<std::string> strings;
    strings.reserve(count);
    eachElement(header, count, data, [&](Data bytes) { strings.push_back(textOf(header, bytes)); });
    return Tensor::fromStrings(header.shape, std::move(strings));
}

Result<Tensor> readNumbers(const NpyHeader &header, std::size_t count, Data data)
{
    auto tensor = Tensor::create(header.dtype, header.shape);
    if (!tensor)
        return tensor;
    std::byte *to = tensor->mutableBytes().data();
    eachElement(header, count, data, [&](Data bytes) {
        if (header.bigEndian)
            std::reverse_copy(bytes.begin(), bytes.end(), to);
        else
            std::copy(bytes.begin(), bytes.end(), to);
        to += bytes.size();
    });
    if (header.dtype == DType::Bool) {
        for (std::byte &flag : tensor->mutableBytes())
            flag = flag == std::byte{0} ? flag : std::byte{1};
    }
    return tensor;
}

std::string_view numpyType(DType dtype)
{
    switch (dtype) {
    case DType::Float64:
        return "<f8";
    case DType::Float16:
        return "<f2";
    case DType::Int8:
        return "|i1";
    case DType::Int16:
        return "<i2";
    case DType::Int32:
        return "<i4";
    case DType::Int64:
        return "<i8";
    case DType::UInt8:
        return "|u1";
    case DType::UInt16:
        return "<u2";
    case DType::UInt32:
        return "<u4";
    case DType::UInt64:
        return "<u8";
    case DType::Bool:
        return "|b1";
    case DType::Float32:
    case DType::String:
        break;
    }
    return "<f4";
}

// The start of a new .npy file up to its data, which NumPy aligns to 64 bytes.
std::string startOfFile(std::string_view type, const Shape &shape)
{
    std::string dictionary =
        fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", type,
                    fmt::join(shape.begin(), shape.end(), ", "), shape.size() == 1 ? "," : "");
    const std::size_t before = 10; // magic, version and length
    dictionary.append(64 - (before + dictionary.size() + 1) % 64, ' ');
    dictionary += '\n';
    std::string file("\x93NUMPY\x01\x00", 8);
    file += static_cast<char>(dictionary.size() & 0xFFU);
    file += static_cast<char>(dictionary.size() >> 8U);
    return file + dictionary;
}

std::string writeStrings(const Tensor &tensor)
{
    std::vector<std::u32string> texts;
    std::size_t longest = 1;
    for (const std::string &text : tensor.strings()) {
        texts.push_back(codePointsOf(text));
        longest = std::max(longest, texts.back().size());
    }
    std::string file = startOfFile(fmt::format("<U{}", longest), tensor.shape());
    for (std::u32string &text : texts) {
        text.resize(longest);
        file.append(reinterpret_cast<const char *>(text.data()), text.size() * sizeof(char32_t));
    }
    return file;
}

} // namespace

bool looksLikeNpy(std::span<const std::byte> data)
{
    constexpr std::string_view magic = "\x93NUMPY";
    return data.size() >= magic.size() && std::memcmp(data.data(), magic.data(), magic.size()) == 0;
}

Result<Tensor> readNpy(std::span<const std::byte> data)
{
    if (!looksLikeNpy(data))
        return invalidArgument("The data is no .npy file; write one with numpy.save.");
    const auto header = readNpyHeader(data);
    if (!header)
        return header.error();
    const auto count = elementCount(header->shape);
    if (!count)
        return invalidArgument(".npy file: " + count.error().message);
    const Data elements = data.subspan(header->dataOffset);
    if (*count > 0 && header->itemSize > 0 && elements.size() / header->itemSize < *count)
        return invalidArgument(fmt::format("The .npy file is truncated: shape {} of '{}' takes {} "
                                           "elements of {} bytes, but {} bytes "
                                           "came; send the whole file.",
                                           shapeText(header->shape), header->type, *count,
                                           header->itemSize, elements.size()));
    if (header->dtype == DType::String)
        return readStrings(*header, *count, elements);
    return readNumbers(*header, *count, elements);
}

std::string writeNpy(const Tensor &tensor)
{
    if (tensor.dtype() == DType::String)
        return writeStrings(tensor);
    std::string file = startOfFile(numpyType(tensor.dtype()), tensor.shape());
    file.append(reinterpret_cast<const char *>(tensor.bytes().data()), tensor.byteSize());
    return file;
}

} // namespace warmbench
