// Writes a JsonValue. Numbers are as they were written. Thread: any; pure functions.
#pragma once

#include "model/json_value.h"

#include <string>

namespace warmbench {

// As a settings file reads best: two blanks a step; what was on one line stays on one line where it
// fits. Reads back as the same value. Ends with a line break.
std::string jsonText(const JsonValue &value);
// On one line; equal for values that differ in their layout alone.
std::string jsonLine(const JsonValue &value);

} // namespace warmbench
