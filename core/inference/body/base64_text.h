// Decodes bytes that are given as base64 in JSON. Thread: any; pure functions.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace warmbench {

// The format is that of RFC 4648, section 4. Blanks and line ends are skipped, and so is the head
// of a data URL (RFC 2397). The message of InvalidArgument begins with `what`.
Result<std::string> bytesFromBase64(std::string_view text, std::string_view what);

} // namespace warmbench
