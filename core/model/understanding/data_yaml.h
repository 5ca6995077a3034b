// Reads data.yaml, in which Ultralytics and Roboflow keep the names of a data set's classes:
// "names" as a list or by index, "nc" their count
// (ultralytics/ultralytics:ultralytics/data/utils.py, check_det_dataset). Thread: a pure function.
#pragma once

#include "model/json_value.h"
#include "model/understanding/hints.h"

namespace warmbench {

// `file` is what parseYaml() made of it. What is wrong with it becomes a warning.
Hints dataYamlHints(const JsonValue &file);

} // namespace warmbench
