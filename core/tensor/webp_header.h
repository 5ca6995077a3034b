// Reads what the chunks of a WebP file say without decoding it. Private to tensor/. Thread: any.
// Cost: a few nanoseconds a chunk. Sources: RFC 9649 sections 2 and 3.4, RFC 6386 section 9.1.
#pragma once

#include "tensor/picture_bytes.h"

#include <cstdint>

namespace warmbench {

// Only the first frame of an animation counts: Qt lays it onto a canvas and decodes no other.
struct WebPHeader
{
    std::uint64_t canvas = 0;     // in pixels; 0 if the file has only the picture's own chunk
    std::uint64_t frame = 0;      // in pixels; 0 if there is no frame
    std::uint64_t frameBytes = 0; // size of its chunk and of its transparency's chunk
    bool lossless = false;
    bool transparent = false; // transparency has its own chunk
    bool whole = false;       // the frame ends within the RIFF chunk, and that within the file

    std::int64_t pixels() const { return static_cast<std::int64_t>(std::max(canvas, frame)); }
};

WebPHeader webPHeader(PictureBytes data);

} // namespace warmbench
