// Names of classes, as people keep them in files.
// Thread: any; pure functions.
#pragma once

#include "base/result.h"
#include "model/json_value.h"

#include <string>
#include <string_view>
#include <vector>

namespace warmbench {

// Reads the names of classes, by index. The content decides the format: one name on each line;
// lines of "index,name"; or JSON, either a list of names or an object from index to name (or to
// [id, name], as Keras keeps ImageNet's). Blank lines at the end are ignored; a missing index gets
// its number as name. InvalidArgument names the line.
Result<std::vector<std::string>> parseLabels(std::string_view text);
// The same from a list or an object that was read already. The message names line and column.
Result<std::vector<std::string>> labelsOf(const JsonValue &root);

} // namespace warmbench
