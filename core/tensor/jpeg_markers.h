// What the markers of a JPEG file tell without decoding: its frame, its scans, its end. Private to
// tensor/. Thread: any. Cost: one pass over the bytes, as fast as memchr finds the markers.
// Source: ITU-T T.81, annex B.
#pragma once

#include "tensor/picture_bytes.h"

#include <cstdint>
#include <vector>

namespace warmbench {

struct JpegMarkers
{
    struct Component
    {
        std::uint64_t id = 0;
        std::uint64_t blocks = 0; // of 8x8 samples
        bool scanned = false;     // a scan names it
    };

    std::uint64_t width = 0; // 0 where there is no frame header
    std::uint64_t height = 0;
    bool progressive = false;
    bool arithmetic = false;
    std::vector<Component> components;
    std::uint64_t scans = 0;
    std::uint64_t blocksScanned = 0; // over all scans: of the components that each names
    std::uint64_t entropyBytes = 0;  // between scan headers and the markers behind them
    bool ends = false;               // EOI is there
    PictureBytes exif;               // the TIFF structure in APP1, empty where there is none

    std::int64_t pixels() const { return static_cast<std::int64_t>(width * height); }
    // The end is there, every component has come in some scan, and there are as many bits as the
    // blocks take at the least.
    bool whole() const;

private:
    bool holdsItsBlocks() const;
};

JpegMarkers jpegMarkers(PictureBytes data);

} // namespace warmbench
