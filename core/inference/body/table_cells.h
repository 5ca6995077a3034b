// Reads one cell of a table as its feature takes it: a text, a whole number, a decimal, true or
// false. What is accepted comes back as a JSON value, so that numbers and texts become tensors in
// one place. Private to this folder. Thread: any; pure functions. Errors are InvalidArgument and
// name the feature or the place in the CSV.
#pragma once

#include "base/result.h"
#include "model/model_settings.h"
#include "tensor/csv.h"

#include <string>
#include <string_view>

namespace warmbench {

// What a cell without a value means: an error, or a missing number (NaN), as in a data frame. Only
// floating numbers can be missing; an empty text is a text.
enum class EmptyCells : bool { Refused, Missing };

// A member of {"features": {...}}. `json` must be a piece of a JsonText.
Result<std::string> cellOfJson(const Feature &feature, std::string_view json, EmptyCells empty);

// A cell of a CSV. True and false are also 1 and 0.
Result<std::string> cellOfCsv(const Feature &feature, std::string_view cell, EmptyCells empty,
                              const CsvPlace &place);

} // namespace warmbench
