// A verdict as JSON: what /models/NAME shows, and what the store keeps on the disk.
// Thread: any; pure functions.
#pragma once

#include "base/result.h"
#include "engine/verdicts/verdict.h"

#include <string>
#include <string_view>

namespace warmbench {

// {"digest", "measured" (ISO 8601, UTC), "machine", "inputs": {"golden", "seen", "random"},
// "timed_on", "engines": [{"engine", "version", "refusal", "run_ms", "load_ms", "memory_bytes",
// "agrees", "largest_difference", "difference"}], "reference", "verified", "offer", "summary"}.
// What an engine does not have is null, and so is a difference that is no finite number.
std::string verdictJson(const Verdict &verdict);
// InvalidArgument: not what verdictJson writes.
Result<Verdict> verdictFromJson(std::string_view json);

} // namespace warmbench
