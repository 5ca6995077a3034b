// A walk over a Torch7 file before OpenCV's importer sees it, which calls itself for every object
// in an object and trusts each count, size and stride. Thread: value. Cost: one pass. Errors:
// FailedPrecondition, the clause to follow "FILE is refused". Private to this room.
#pragma once

#include "base/result.h"

#include <string_view>

namespace warmbench {

// Every object lies within the bytes, nests at most 100 deep, tensors stay within their storages,
// and what layers divide by is not zero.
Result<void> checkTorchFile(std::string_view bytes, bool binary);

} // namespace warmbench
