// Whether the bytes reach to the end of the picture: Qt's decoders return the rows they have, the
// rest grey, black or transparent, where a file was cut off or its header announces more than came.
//
// Private to tensor/. Thread: any. Cost: at most one pass over the bytes. Sources: PNG third
// edition 5.2 and 11.2.1, ITU-T T.81 annex B, RFC 9649 section 2, BITMAPINFOHEADER and "Bitmap
// Compression" in Microsoft's reference, GIF89a sections 17 to 24 and appendix F.
#pragma once

#include "tensor/image_format.h"
#include "tensor/picture_bytes.h"

namespace warmbench {

// True where the first picture is there to its last byte. Of PNG, JPEG and WebP the containers are
// judged here, and what lies within them by the decoder, which refuses what ends early; of BMP and
// GIF the pixels are counted.
bool isWhole(ImageFormat format, PictureBytes data);

} // namespace warmbench
