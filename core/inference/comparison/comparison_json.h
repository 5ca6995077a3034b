// A comparison as JSON: what `warmbench compare --json` prints.
// Thread: any; a pure function.
#pragma once

#include "inference/comparison/comparison.h"

#include <string>

namespace warmbench {

// {"a": {"model", "version", "digest", "engine", "memory_bytes", "load_ms", "warnings"}, "b": ...,
// "inputs": [{"input", "a": {"answer", "error", "infer_ms", "total_ms"}, "b": ..., "runs",
// "comparable", "changed", "difference", "pixels_changed", "cosine", "largest_difference"}],
// "summary":
// {"inputs", "compared", "refused", "changed", "lowest_cosine", "mean_cosine",
// "largest_difference", "largest_difference_input", "runs", "infer_ms": {"a", "b", "ratio"},
// "total_ms": ..., "latencies_trusted"}, "notes"}. What there is not is null, and so is a
// difference that is no finite number; "ratio" is B's time over A's.
std::string comparisonJson(const Comparison &comparison);

} // namespace warmbench
