// Writes progressive JPEG files with any size and number of scans, marker by marker. They are grey
// and flat, and small because a run of thousands of empty blocks takes only some bits. Thread: any.
// Source: ITU-T T.81, annexes B, F and G.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>

namespace warmbench {

// The bits of a scan; each byte FF is followed by a 0.
class JpegBits
{
public:
    void put(unsigned value, unsigned count)
    {
        for (unsigned i = count; i-- > 0;) {
            m_byte = m_byte << 1U | (value >> i & 1U);
            if (++m_held == 8)
                flush();
        }
    }
    std::string text()
    {
        while (m_held > 0)
            put(1, 1);
        return m_text;
    }

private:
    void flush()
    {
        m_text += static_cast<char>(m_byte);
        if (m_byte == 0xFF)
            m_text += '\0';
        m_byte = m_held = 0;
    }

    std::string m_text;
    unsigned m_byte = 0;
    unsigned m_held = 0;
};

class MadeJpeg
{
public:
    MadeJpeg(int width, int height)
        : m_blocks(static_cast<unsigned>((width + 7) / 8) * static_cast<unsigned>((height + 7) / 8))
    {
        m_text = "\xFF\xD8";
        segment(0xDB, std::string(1, '\0') + std::string(64, '\x01'));
        segment(0xC2, "\x08" + big16(height) + big16(width) + std::string("\x01\x01\x11\0", 4));
        // For DC there is one code of one bit, which means "no difference". For AC there are
        // fifteen codes of four bits, for runs of 1, 2 to 3, 4 to 7, ... blocks that have ended.
        segment(0xC4, std::string(1, '\0') + '\x01' + std::string(15, '\0') + '\0');
        std::string codes = "\x10" + std::string(3, '\0') + '\x0F' + std::string(12, '\0');
        for (int i = 0; i < 15; ++i)
            codes += static_cast<char>(i << 4);
        segment(0xC4, codes);
        JpegBits bits;
        for (unsigned i = 0; i < m_blocks; ++i)
            bits.put(0, 1);
        scan(0, 0, 0, bits.text());
    }

    // Adds the first scan of AC, then scans that refine it.
    void addScans(int count)
    {
        JpegBits bits;
        for (unsigned left = m_blocks; left > 0;) {
            const unsigned run = std::min(left, 0x7FFFU);
            const auto extra = static_cast<unsigned>(std::bit_width(run)) - 1;
            bits.put(extra, 4);
            bits.put(run - (1U << extra), extra);
            left -= run;
        }
        const std::string runs = bits.text();
        for (int i = 0; i < count; ++i)
            scan(1, 63, m_refines++ ? 0x10 : 0x01, runs);
    }

    std::string text() const { return m_text + "\xFF\xD9"; }

private:
    static std::string big16(int value)
    {
        return {static_cast<char>(value >> 8), static_cast<char>(value)};
    }
    void segment(int marker, const std::string &content)
    {
        m_text += '\xFF';
        m_text += static_cast<char>(marker);
        m_text += big16(static_cast<int>(content.size()) + 2) + content;
    }
    void scan(int first, int last, int bits, const std::string &codes)
    {
        segment(0xDA, std::string("\x01\x01\0", 3) + static_cast<char>(first) +
                          static_cast<char>(last) + static_cast<char>(bits));
        m_text += codes;
    }

    std::string m_text;
    unsigned m_blocks;
    int m_refines = 0;
};

inline std::string progressiveJpeg(int width, int height, int scans)
{
    MadeJpeg made(width, height);
    made.addScans(scans - 1);
    return made.text();
}

} // namespace warmbench
