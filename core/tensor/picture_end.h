// Checks that a file holds the whole picture. If it is cut off or its header announces more, Qt's
// decoders return the rows that they have and leave the rest grey, black or transparent.
//
// Private to tensor/. Thread: any. Cost: at most one pass over the bytes. Sources: PNG third
// edition 5.2 and 11.2.1, ITU-T T.81 annex B, RFC 9649 section 2, BITMAPINFOHEADER and "Bitmap
// Compression" in Microsoft's reference, GIF89a sections 17 to 24 and appendix F.
#pragma once

#include "tensor/image_format.h"
#include "tensor/picture_bytes.h"

namespace warmbench {

// True if the first picture is there to its last byte. For PNG, JPEG and WebP this judges only the
// container: their decoders refuse data that ends early. For BMP and GIF it counts the pixels.
bool isWhole(ImageFormat format, PictureBytes data);

} // namespace warmbench
