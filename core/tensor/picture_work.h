// What decoding a picture will take, told from its markers before any pixel is. Private to tensor/.
//
// Thread: any. Cost: at most one pass over the bytes, about a hundredth of the decoding.
// The time is that of one core of the machines this was written on (two cores of 2023 with
// AVX-512): what counts is the proportion between pictures.
#pragma once

#include "base/result.h"
#include "tensor/image_format.h"
#include "tensor/picture_bytes.h"

#include <chrono>
#include <cstdint>

namespace warmbench {

struct PictureWork
{
    std::int64_t pixels =
        0; // of the picture or, where it is larger, its canvas; 0: no size is there
    std::uint64_t scans = 1; // of a JPEG
    std::chrono::nanoseconds time{};
};

// Twice what an honest picture of 100 megapixels takes in any format.
inline constexpr std::chrono::seconds mostPictureWork{6};

PictureWork pictureWork(ImageFormat format, PictureBytes data);

// InvalidArgument where the picture takes more than mostPictureWork, with what it is and what to
// do.
Result<void> checkWork(ImageFormat format, const PictureWork &work);

} // namespace warmbench
