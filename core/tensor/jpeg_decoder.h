// Decodes JPEG with libjpeg itself, which reports data that ends early; Qt's reader says nothing
// and leaves the rest grey. Private to tensor/. Thread: any.
#pragma once

#include "base/result.h"
#include "tensor/image.h"
#include "tensor/picture_bytes.h"

namespace warmbench {

// The whole picture as stored, not turned upright. InvalidArgument: damaged or truncated. Nothing
// is written to standard error.
Result<Image> decodeJpeg(PictureBytes data);

} // namespace warmbench
