// Assembles the mask of an object from a network's prototypes: the sum of the prototypes, each with
// the coefficient that belongs to the object, is above 0 within it. The sum is enlarged to the
// picture that was sent, bilinearly, and cut to the object's box, as `retina_masks` of
// ultralytics/ultralytics does it (utils/ops.py, process_mask_native); unlike there, the border of
// a letterbox is left out by its exact width instead of whole prototype pixels. Thread: pure.
// Cost: prototypes x their pixels within the box, and the rows of the box. Private to this folder.
#pragma once

#include "inference/decoders/decoder.h"

#include <span>

namespace warmbench {

struct Prototypes
{
    std::span<const float> values; // [count, height, width]
    std::size_t count = 0;
    int width = 0;
    int height = 0;
};

// `coefficients` has one number for each prototype; the box of `found` is where to cut.
Mask assembledMask(const Prototypes &prototypes, std::span<const float> coefficients,
                   const Placement &placement, const Detection &found);

} // namespace warmbench
