#include "tensor/jpeg_markers.h"

#include <cstring>

namespace warmbench {

namespace {

constexpr std::uint64_t startOfScan = 0xDA;
constexpr std::uint64_t endOfImage = 0xD9;
constexpr std::uint64_t application1 = 0xE1;

// SOF0 to SOF15; DHT, JPG and DAC have numbers between them.
bool startsFrame(std::uint64_t marker)
{
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

// These have no length: FF 00, which is a byte of the entropy-coded data, and TEM, RSTn and SOI.
bool standsAlone(std::uint64_t marker)
{
    return marker == 0 || marker == 1 || (marker >= 0xD0 && marker <= 0xD8);
}

std::uint64_t nextFF(PictureBytes data, std::uint64_t at)
{
    if (at >= data.size())
        return data.size();
    const void *found = std::memchr(data.data() + at, 0xFF, data.size() - at);
    return found ? static_cast<std::uint64_t>(static_cast<const std::byte *>(found) - data.data())
                 : data.size();
}

class Walk
{
public:
    explicit Walk(PictureBytes data)
        : m_data(data)
    {
    }

    JpegMarkers run()
    {
        std::uint64_t at = 2;
        while ((at = nextFF(m_data, at)) + 1 < m_data.size() && !m_found.ends) {
            const std::uint64_t marker = byteAt(m_data, at + 1);
            if (marker == 0xFF) // fill bytes
                ++at;
            else if (standsAlone(marker))
                at += 2;
            else
                at = take(marker, at);
        }
        if (m_scanBegan)
            endScan(m_data.size());
        return std::move(m_found);
    }

private:
    // Reads the segment that begins at `at` and returns the position after it.
    std::uint64_t take(std::uint64_t marker, std::uint64_t at)
    {
        if (m_scanBegan)
            endScan(at);
        if (marker == endOfImage) {
            m_found.ends = true;
            return at + 2;
        }
        const std::uint64_t length = std::max<std::uint64_t>(big16(m_data, at + 2), 2);
        const PictureBytes segment = piece(m_data, at + 4, length - 2);
        if (startsFrame(marker) && m_found.components.empty())
            readFrame(marker, segment);
        else if (marker == startOfScan)
            readScan(segment, at + 2 + length);
        else if (marker == application1 && m_found.exif.empty() && m_found.scans == 0 &&
                 hasText(segment, 0, std::string_view("Exif\0\0", 6)))
            m_found.exif = segment.subspan(6);
        return at + 2 + length;
    }

    void readFrame(std::uint64_t marker, PictureBytes segment)
    {
        const std::uint64_t kind = marker & 0x0FU;
        m_found.progressive = (kind & 3U) == 2;
        m_found.arithmetic = kind > 8;
        m_found.height = big16(segment, 1);
        m_found.width = big16(segment, 3);
        const std::uint64_t count = byteAt(segment, 5);
        std::uint64_t widest = 1;
        std::uint64_t highest = 1;
        for (std::uint64_t i = 0; i < count; ++i) {
            widest = std::max(widest, byteAt(segment, 7 + 3 * i) >> 4U);
            highest = std::max(highest, byteAt(segment, 7 + 3 * i) & 0x0FU);
        }
        for (std::uint64_t i = 0; i < count; ++i) {
            const std::uint64_t sampling = byteAt(segment, 7 + 3 * i);
            const std::uint64_t across = dividedUp(m_found.width * (sampling >> 4U), 8 * widest);
            const std::uint64_t down = dividedUp(m_found.height * (sampling & 0x0FU), 8 * highest);
            m_found.components.push_back({byteAt(segment, 6 + 3 * i), across * down, false});
        }
    }

    void readScan(PictureBytes segment, std::uint64_t behind)
    {
        ++m_found.scans;
        m_scanBegan = behind;
        const std::uint64_t count = byteAt(segment, 0);
        for (std::uint64_t i = 0; i < std::min<std::uint64_t>(count, 4); ++i) {
            for (JpegMarkers::Component &component : m_found.components) {
                if (component.id != byteAt(segment, 1 + 2 * i))
                    continue;
                component.scanned = true;
                m_found.blocksScanned += component.blocks;
            }
        }
    }

    void endScan(std::uint64_t at)
    {
        m_found.entropyBytes += at - std::min(at, m_scanBegan);
        m_scanBegan = 0;
    }

    PictureBytes m_data;
    JpegMarkers m_found;
    std::uint64_t m_scanBegan = 0; // where the entropy-coded data began; 0 outside of a scan
};

} // namespace

// A Huffman code has at least one bit. A block of a sequential picture has at least two codes, for
// DC and for its end; a block of a progressive picture has at least the one for DC.
bool JpegMarkers::holdsItsBlocks() const
{
    if (arithmetic)
        return true;
    if (!progressive)
        return 8 * entropyBytes >= 2 * blocksScanned;
    std::uint64_t blocks = 0;
    for (const Component &component : components)
        blocks += component.blocks;
    return 8 * entropyBytes >= blocks;
}

bool JpegMarkers::whole() const
{
    return ends && !components.empty() && holdsItsBlocks() &&
           std::all_of(components.begin(), components.end(),
                       [](const Component &component) { return component.scanned; });
}

JpegMarkers jpegMarkers(PictureBytes data)
{
    return Walk(data).run();
}

} // namespace warmbench
