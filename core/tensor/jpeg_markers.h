// Reads what the markers of a JPEG file say without decoding it: its frame, its scans, its end.
// Private to tensor/. Thread: any. Cost: one pass over the bytes, as fast as memchr finds the
// markers.
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
        std::uint64_t blocks = 0; // of 8x8 samples each
        bool scanned = false;     // a scan names it
    };

    std::uint64_t width = 0; // 0 if there is no frame header
    std::uint64_t height = 0;
    bool progressive = false;
    bool arithmetic = false;
    std::vector<Component> components;
    std::uint64_t scans = 0;
    std::uint64_t blocksScanned = 0; // sum over all scans, for the components that each names
    std::uint64_t entropyBytes = 0;  // between each scan header and the next marker
    bool ends = false;               // EOI is there
    PictureBytes exif;               // the TIFF structure in APP1; empty if there is none

    std::int64_t pixels() const { return static_cast<std::int64_t>(width * height); }
    // True if the end is there, every component is in some scan, and there are at least as many
    // bits as the blocks need.
    bool whole() const;

private:
    bool holdsItsBlocks() const;
};

JpegMarkers jpegMarkers(PictureBytes data);

} // namespace warmbench
