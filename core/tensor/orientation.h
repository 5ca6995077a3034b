// Reads from EXIF how the camera was held, and turns pictures upright. Private to tensor/.
//
// This reads it for all formats, because Qt does so only for JPEG and, in newer versions, for PNG,
// but never for WebP. Thread: any. Sources: CIPA DC-008 (EXIF 2.32) section 4.6.4, tag 274; PNG
// third edition 11.3.4.5 (eXIf); RFC 9649 section 2.7.1.5 (EXIF chunk of WebP).
#pragma once

#include "tensor/image.h"
#include "tensor/image_format.h"
#include "tensor/picture_bytes.h"

namespace warmbench {

inline constexpr int uprightOrientation = 1;

// 1 to 8; 1 if the file says nothing that can be understood.
int orientationOf(ImageFormat format, PictureBytes data);

// The picture as the camera saw it. Needs memory for a second picture, unless it is upright
// already.
Image turnedUpright(Image image, int orientation);

} // namespace warmbench
