// Lays transparency over white. Private to tensor/. Thread: any.
#pragma once

#include <cstddef>
#include <cstdint>

namespace warmbench {

inline std::uint8_t overWhite(unsigned colour, unsigned alpha, unsigned most)
{
    const std::uint64_t mixed =
        std::uint64_t{colour} * alpha + std::uint64_t{most} * (most - alpha);
    const std::uint64_t scaled = mixed * 255;
    const std::uint64_t whole = std::uint64_t{most} * most;
    return static_cast<std::uint8_t>((scaled + whole / 2) / whole);
}

// Lays `count` RGBA samples of 8 or 16 bits over white, as 8 bits of RGB.
template <typename Sample>
void layOverWhite(const Sample *from, std::size_t count, std::uint8_t *to)
{
    constexpr unsigned most = static_cast<Sample>(~Sample{});
    for (std::size_t i = 0; i < count; ++i, from += 4, to += 3) {
        for (std::size_t c = 0; c < 3; ++c)
            to[c] = overWhite(from[c], from[3], most);
    }
}

} // namespace warmbench
