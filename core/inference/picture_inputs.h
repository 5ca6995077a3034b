// Makes inputs of encoded pictures; each picture is decoded only when its turn comes.
// Thread: any. Cost: that of decoding.
#pragma once

#include "inference/inference_types.h"

#include <cstddef>
#include <memory>
#include <span>

namespace warmbench {

// As decodeImage(), but reserves the memory that decoding takes before any pixel is decoded.
Result<Image> decodedPicture(std::span<const std::byte> data, RunControl &control);

// The inputs for one picture; `keeper` keeps its bytes alive.
ImageInputs pictureInput(std::shared_ptr<const void> keeper, std::span<const std::byte> data);

} // namespace warmbench
