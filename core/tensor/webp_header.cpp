#include "tensor/webp_header.h"

namespace warmbench {

namespace {

// Each chunk begins with its name and size.
constexpr std::uint64_t chunkHead = 8;
// A frame's own chunks begin after its place and time.
constexpr std::uint64_t frameHead = 16;

std::uint64_t pixelsOf(PictureBytes data, std::uint64_t at, bool lossless)
{
    if (!lossless)
        return (little16(data, at + 6) & 0x3FFFU) * (little16(data, at + 8) & 0x3FFFU);
    const std::uint64_t bits = little32(data, at + 1);
    return ((bits & 0x3FFFU) + 1) * ((bits >> 14U & 0x3FFFU) + 1);
}

} // namespace

WebPHeader webPHeader(PictureBytes data)
{
    WebPHeader found;
    const std::uint64_t end = chunkHead + little32(data, 4);
    for (std::uint64_t at = 12; at + chunkHead <= std::min<std::uint64_t>(end, data.size());) {
        const std::uint64_t size = little32(data, at + 4);
        const std::uint64_t content = at + chunkHead;
        if (hasText(data, at, "VP8X"))
            found.canvas = (little24(data, content + 4) + 1) * (little24(data, content + 7) + 1);
        found.lossless = hasText(data, at, "VP8L");
        if (found.lossless || hasText(data, at, "VP8 ")) {
            found.frame = pixelsOf(data, content, found.lossless);
            found.frameBytes += std::min<std::uint64_t>(size, data.size());
            found.whole = content + size <= end && end <= data.size();
            return found;
        }
        if (hasText(data, at, "ALPH")) {
            found.transparent = true;
            found.frameBytes += std::min<std::uint64_t>(size, data.size());
        }
        at = hasText(data, at, "ANMF") ? content + frameHead : content + size + (size & 1U);
    }
    return found;
}

} // namespace warmbench
