// A picture with the answer drawn on it, as `Accept: image/png` gives it, and the bare map of a
// segmentation. Thread: any. Cost: linear in the pixels.
#pragma once

#include "base/result.h"
#include "inference/sample_result.h"
#include "tensor/image.h"

namespace warmbench {

// Of what answer_painter.h draws; lines and letters grow with the picture. ResourceExhausted: no
// memory.
Result<Image> drawnAnswer(Image picture, const SampleResult &result);
// Bytes that drawing takes beside the picture.
std::size_t drawingBytes(const Image &picture);

} // namespace warmbench
