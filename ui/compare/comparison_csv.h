// A comparison as CSV: a line of names, then one an input. Numbers are written in full.
// Thread: any; a pure function.
#pragma once

#include "inference/comparison/comparison.h"

#include <string>

namespace warmbench::ui {

// input, answer (changed, same, refused), a, b, a_error, b_error, difference, cosine,
// largest_difference, a_infer_ms, b_infer_ms, a_total_ms, b_total_ms, runs. What there is not is
// empty.
std::string comparisonCsv(const Comparison &comparison);

} // namespace warmbench::ui
