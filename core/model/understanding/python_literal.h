// Reads what Python's str() writes of numbers, texts, lists, tuples and dictionaries, as metadata
// of exporters hold it: {0: 'person', 1: "it's"}. Nothing is executed: names and calls are errors.
// Grammar: The Python Language Reference, sections 2.4 (literals) and 6.2 (displays). Thread: a
// pure function. Cost: linear; depth and number of values are bounded.
#pragma once

#include "base/result.h"
#include "model/json_value.h"

#include <string_view>

namespace warmbench {

// As the same data in JSON: tuples are lists, None is null, keys are texts (1 becomes "1"). Line
// and column are where the value starts. InvalidArgument: "column 14: expected ...".
Result<JsonValue> parsePythonLiteral(std::string_view text);

} // namespace warmbench
