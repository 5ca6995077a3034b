// JPEG through libjpeg itself, which tells where the data ends early: Qt's reader keeps that to
// itself and leaves the rest grey. Private to tensor/. Thread: any.
#pragma once

#include "base/result.h"
#include "tensor/image.h"
#include "tensor/picture_bytes.h"

namespace warmbench {

// The whole picture as it is stored, not turned. InvalidArgument: damaged or truncated. Nothing is
// written to standard error.
Result<Image> decodeJpeg(PictureBytes data);

} // namespace warmbench
