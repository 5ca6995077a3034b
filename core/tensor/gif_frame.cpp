#include "tensor/gif_frame.h"

#include <array>

namespace warmbench {

namespace {

constexpr unsigned longestCode = 12; // bits
constexpr std::size_t mostCodes = std::size_t{1} << longestCode;

std::uint64_t colourTable(PictureBytes data, std::uint64_t flagsAt)
{
    const std::uint64_t flags = byteAt(data, flagsAt);
    return flags & 0x80U ? std::uint64_t{3} << ((flags & 7U) + 1) : 0;
}

// The position after a chain of sub-blocks and the empty one that ends it; beyond the data if the
// chain is cut off.
std::uint64_t skipSubBlocks(PictureBytes data, std::uint64_t at)
{
    while (at < data.size() && byteAt(data, at) != 0)
        at += 1 + byteAt(data, at);
    return at + 1;
}

// Reads codes of growing length from a chain of sub-blocks.
class CodeReader
{
public:
    CodeReader(PictureBytes data, std::uint64_t at)
        : m_data(data)
        , m_at(at)
    {
    }

    // Nothing at the end of the chain.
    std::optional<unsigned> next(unsigned length)
    {
        while (m_held < length) {
            if (m_left == 0) {
                m_left = byteAt(m_data, m_at++);
                if (m_left == 0)
                    return std::nullopt;
            }
            m_bits |= static_cast<unsigned>(byteAt(m_data, m_at++)) << m_held;
            m_held += 8;
            --m_left;
        }
        const unsigned code = m_bits & ((1U << length) - 1);
        m_bits >>= length;
        m_held -= length;
        return code;
    }

private:
    PictureBytes m_data;
    std::uint64_t m_at;
    std::uint64_t m_left = 0; // bytes left in the sub-block
    unsigned m_bits = 0;
    unsigned m_held = 0;
};

// Counts the pixels that the codes make; of LZW's table only the lengths are kept.
class PixelCounter
{
public:
    explicit PixelCounter(unsigned codeSize)
        : m_clear(1U << codeSize)
        , m_codeSize(codeSize)
    {
        std::fill_n(m_lengths.begin(), m_clear, 1U);
        reset();
    }

    // Stops counting at `wanted`.
    std::uint64_t count(CodeReader codes, std::uint64_t wanted)
    {
        std::uint64_t pixels = 0;
        while (pixels < wanted) {
            const auto code = codes.next(m_length);
            if (!code || *code == m_clear + 1)
                break;
            if (*code == m_clear) {
                reset();
                continue;
            }
            const std::uint64_t length = take(*code);
            if (length == 0)
                break;
            pixels += length;
        }
        return std::min(pixels, wanted);
    }

private:
    void reset()
    {
        m_next = m_clear + 2;
        m_length = m_codeSize + 1;
        m_before = 0;
    }

    // The number of pixels of a code; 0 for a code that is not allowed here.
    std::uint64_t take(unsigned code)
    {
        const bool isNew = code == m_next && m_before > 0;
        if (!isNew && (code >= m_next || code == m_clear + 1))
            return 0;
        const std::uint32_t length = isNew ? m_before + 1 : m_lengths[code];
        if (m_before > 0 && m_next < mostCodes) {
            m_lengths[m_next++] = m_before + 1;
            if (m_next == 1U << m_length && m_length < longestCode)
                ++m_length;
        }
        m_before = length;
        return length;
    }

    std::array<std::uint32_t, mostCodes> m_lengths{};
    unsigned m_clear;
    unsigned m_codeSize;
    unsigned m_next = 0;
    unsigned m_length = 0;
    std::uint32_t m_before = 0; // pixels of the code before; 0 after a clear code
};

} // namespace

std::optional<GifFrame> firstGifFrame(PictureBytes data)
{
    std::uint64_t at = 13 + colourTable(data, 10);
    while (at < data.size() && byteAt(data, at) == 0x21) // extensions before the first picture
        at = skipSubBlocks(data, at + 2);
    if (byteAt(data, at) != 0x2C)
        return std::nullopt;
    return GifFrame{little16(data, at + 5), little16(data, at + 7),
                    at + 10 + colourTable(data, at + 9)};
}

bool isWhole(const GifFrame &frame, PictureBytes data)
{
    const auto codeSize = static_cast<unsigned>(byteAt(data, frame.dataAt));
    if (codeSize < 1 || codeSize >= longestCode || frame.dataAt >= data.size() ||
        skipSubBlocks(data, frame.dataAt + 1) > data.size())
        return false;
    const std::uint64_t pixels = frame.width * frame.height;
    return PixelCounter(codeSize).count(CodeReader(data, frame.dataAt + 1), pixels) == pixels;
}

} // namespace warmbench
