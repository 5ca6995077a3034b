// A look at text that cv::FileStorage will read (XML, YAML, JSON): how deep it nests, since that
// parser calls itself for each level and runs out of stack.
// Thread: value. Cost: one pass. Errors: FailedPrecondition, the clause to follow "FILE is
// refused". Private to this room.
#pragma once

#include "base/result.h"

#include <string_view>

namespace warmbench {

// Follows the dialects as OpenCV reads them, not their standards, so that no bracket is counted
// that OpenCV takes for a part of a word, or the other way round; what no model file of OpenCV has
// (base64, control characters, words with brackets in lists) is refused.
Result<void> checkStorageText(std::string_view text);

} // namespace warmbench
