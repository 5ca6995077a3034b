// Checks a Torch7 file before OpenCV's importer sees it: the importer calls itself for every object
// in an object and trusts each count, size and stride. Thread: any. Cost: one pass. Errors:
// FailedPrecondition; its message is a clause that follows "FILE is refused". Private to this room.
#pragma once

#include "base/result.h"

#include <string_view>

namespace warmbench {

// Checks that every object is within the bytes and nests at most 100 deep, that tensors stay within
// their storages, and that no layer divides by zero.
Result<void> checkTorchFile(std::string_view bytes, bool binary);

} // namespace warmbench
