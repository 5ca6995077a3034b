// Reads numbers and words from the bytes of a file, for the readers of picture headers. Private to
// tensor/. Thread: any. Reading beyond the end gives 0, so that callers only have to check their
// own position.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace warmbench {

using PictureBytes = std::span<const std::byte>;

inline std::uint64_t byteAt(PictureBytes data, std::uint64_t at)
{
    return at < data.size() ? std::to_integer<std::uint64_t>(data[at]) : 0;
}
inline std::uint64_t little16(PictureBytes data, std::uint64_t at)
{
    return byteAt(data, at) | byteAt(data, at + 1) << 8U;
}
inline std::uint64_t little24(PictureBytes data, std::uint64_t at)
{
    return little16(data, at) | byteAt(data, at + 2) << 16U;
}
inline std::uint64_t little32(PictureBytes data, std::uint64_t at)
{
    return little16(data, at) | little16(data, at + 2) << 16U;
}
inline std::uint64_t big16(PictureBytes data, std::uint64_t at)
{
    return byteAt(data, at) << 8U | byteAt(data, at + 1);
}
inline std::uint64_t big32(PictureBytes data, std::uint64_t at)
{
    return big16(data, at) << 16U | big16(data, at + 2);
}

inline bool hasText(PictureBytes data, std::uint64_t at, std::string_view text)
{
    if (at > data.size() || data.size() - at < text.size())
        return false;
    return std::equal(text.begin(), text.end(), data.begin() + static_cast<std::ptrdiff_t>(at),
                      [](char c, std::byte b) {
                          return static_cast<unsigned char>(c) == std::to_integer<unsigned>(b);
                      });
}

// At most `count` bytes from `at` on; fewer or none if the data ends earlier.
inline PictureBytes piece(PictureBytes data, std::uint64_t at, std::uint64_t count)
{
    if (at >= data.size())
        return {};
    return data.subspan(at, std::min<std::uint64_t>(count, data.size() - at));
}

inline std::uint64_t dividedUp(std::uint64_t number, std::uint64_t by)
{
    return (number + by - 1) / by;
}

} // namespace warmbench
