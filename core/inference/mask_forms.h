// Tells a mask as polygons or as COCO's run lengths. Thread: pure functions. Cost: linear in the
// pixels of the upright rectangle around the mask, one byte of memory for each.
#pragma once

#include "inference/sample_result.h"

#include <cstdint>
#include <vector>

namespace warmbench {

// The outline of each connected part, x and y in turn: whole pixels, through the middle of the
// outermost ones; points that lie within half a pixel of the line between their neighbours are left
// out. Holes are not told. Parts of fewer than three points are left out.
std::vector<std::vector<int>> polygonsOf(const Mask &mask);

// How many pixels are outside, inside, outside .., column by column from the left, each from top to
// bottom; the first number may be 0 (cocodataset/cocoapi: common/maskApi.h, uncompressed).
std::vector<std::uint32_t> runLengthsOf(const Mask &mask);

// Bytes that either takes while it is made.
std::size_t maskWorkBytes(const Mask &mask);

} // namespace warmbench
