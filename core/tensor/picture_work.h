// Estimates how long decoding a picture will take, from its headers and markers. Private to
// tensor/.
//
// Thread: any. Cost: at most one pass over the bytes, about a hundredth of the decoding.
// Times are those of one core of 2023 with AVX-512; what matters is the proportion between
// pictures.
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
        0; // of the picture, or of its canvas if that is larger; 0: the size is unknown
    std::uint64_t scans = 1; // of a JPEG
    std::chrono::nanoseconds time{};
};

// Twice what an ordinary picture of 100 megapixels takes in any format.
inline constexpr std::chrono::seconds mostPictureWork{6};

PictureWork pictureWork(ImageFormat format, PictureBytes data);

// InvalidArgument if the picture takes more than mostPictureWork; the message says why and what to
// do.
Result<void> checkWork(ImageFormat format, const PictureWork &work);

} // namespace warmbench
