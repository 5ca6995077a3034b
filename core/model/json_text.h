// Writes a JsonValue as a settings file reads best: two blanks a step, short lists on one line,
// numbers as they were written. Thread: any; a pure function.
#pragma once

#include "model/json_value.h"

#include <string>

namespace warmbench {

// Reads back as the same value. Ends with a line break.
std::string jsonText(const JsonValue &value);

} // namespace warmbench
