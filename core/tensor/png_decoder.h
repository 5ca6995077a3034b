// PNG through libpng itself: under Qt's reader it writes its errors to standard error, and unpacks
// texts and colour profiles that nobody asked for. Private to tensor/. Thread: any.
#pragma once

#include "base/result.h"
#include "tensor/image.h"
#include "tensor/picture_bytes.h"

namespace warmbench {

// The whole picture as it is stored, not turned; chunks beside the pixels are passed over.
// InvalidArgument: damaged or truncated. Nothing is written to standard error.
Result<Image> decodePng(PictureBytes data);

} // namespace warmbench
