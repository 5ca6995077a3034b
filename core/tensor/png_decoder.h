// Decodes PNG with libpng itself. Under Qt's reader libpng writes errors to standard error and
// unpacks texts and colour profiles that nobody needs. Private to tensor/. Thread: any.
#pragma once

#include "base/result.h"
#include "tensor/image.h"
#include "tensor/picture_bytes.h"

namespace warmbench {

// The whole picture as stored, not turned upright; chunks that do not concern its pixels are
// skipped. InvalidArgument: damaged or truncated. Nothing is written to standard error.
Result<Image> decodePng(PictureBytes data);

} // namespace warmbench
