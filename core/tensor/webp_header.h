// What the chunks of a WebP file tell without decoding. Private to tensor/. Thread: any. Cost: a
// few nanoseconds a chunk. Sources: RFC 9649 sections 2 and 3.4, RFC 6386 section 9.1.
#pragma once

#include "tensor/picture_bytes.h"

#include <cstdint>

namespace warmbench {

// Of an animation the first frame alone counts: Qt lays it onto a canvas and decodes no other.
struct WebPHeader
{
    std::uint64_t canvas = 0;     // pixels; 0 where the file is a picture without further chunks
    std::uint64_t frame = 0;      // pixels; 0 where there is none
    std::uint64_t frameBytes = 0; // of its chunk, and that of its transparency
    bool lossless = false;
    bool transparent = false; // by a chunk of its own
    bool whole = false;       // the frame lies within the RIFF chunk, and that within the bytes

    std::int64_t pixels() const { return static_cast<std::int64_t>(std::max(canvas, frame)); }
};

WebPHeader webPHeader(PictureBytes data);

} // namespace warmbench
