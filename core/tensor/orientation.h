// How a camera was held, as EXIF tells it, and pixels turned upright. Private to tensor/.
//
// Read here for all formats alike: Qt knows it of JPEG, of PNG in its newer versions, of WebP in
// none. Thread: any. Sources: CIPA DC-008 (EXIF 2.32) section 4.6.4, tag 274; PNG third edition
// 11.3.4.5 (eXIf); RFC 9649 section 2.7.1.5 (EXIF chunk of WebP).
#pragma once

#include "tensor/image.h"
#include "tensor/image_format.h"
#include "tensor/picture_bytes.h"

namespace warmbench {

inline constexpr int uprightOrientation = 1;

// 1 to 8; 1 where the file says nothing, or nothing that can be understood.
int orientationOf(ImageFormat format, PictureBytes data);

// The picture as it was seen. Takes room for a second picture unless it is upright.
Image turnedUpright(Image image, int orientation);

} // namespace warmbench
