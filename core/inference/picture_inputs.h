// Encoded pictures as inputs that are decoded in their turn.
// Thread: any. Cost: that of decoding.
#pragma once

#include "inference/inference_types.h"

#include <cstddef>
#include <memory>
#include <span>

namespace warmbench {

// decodeImage() with what it takes in passing reserved before any pixel is decoded.
Result<Image> decodedPicture(std::span<const std::byte> data, RunControl &control);

// One picture; `keeper` owns its bytes.
ImageInputs pictureInput(std::shared_ptr<const void> keeper, std::span<const std::byte> data);

} // namespace warmbench
