// A comparison as text: a line for each input, then what they say together. At most 100 columns
// wide, apart from sentences and long figures. Thread: any; a pure function. Private to this
// folder.
#pragma once

#include "inference/comparison/comparison.h"

#include <string>

namespace warmbench::app {

std::string comparisonText(const Comparison &comparison);

} // namespace warmbench::app
