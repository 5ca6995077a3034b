// Checks how deep a text nests that cv::FileStorage will read (XML, YAML, JSON): that parser calls
// itself for each level and can run out of stack.
// Thread: any. Cost: one pass. Errors: FailedPrecondition; its message is a clause that follows
// "FILE is refused". Private to this room.
#pragma once

#include "base/result.h"

#include <string_view>

namespace warmbench {

// It reads the three formats as OpenCV does, not as their standards say, so that both take the same
// brackets for brackets and not for parts of words. It refuses what no model file of OpenCV has:
// base64, control characters, words with brackets in lists.
Result<void> checkStorageText(std::string_view text);

} // namespace warmbench
