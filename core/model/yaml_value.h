// A small YAML file as the tree that JSON files become too (json_value.h), for files that other
// tools write beside a model: data.yaml of Ultralytics and Roboflow, MLmodel of MLflow.
//
// Each scalar is a Text as it was written, whatever YAML takes it for: in names of classes "no" is
// a word and 1 a name. An empty value is an empty Text. Only the first document counts. libyaml
// reads the text (https://yaml.org/spec/1.1) event by event, so that nothing is built before it was
// counted: refused are aliases, which a few lines can make into millions of values, keys that are
// no words, more than 32 levels, 100,000 values or 4 MiB. Thread: values, a pure function.
#pragma once

#include "model/json_value.h"

namespace warmbench {

// InvalidArgument: "line 3, column 14: ...".
Result<JsonValue> parseYaml(std::string_view text);

} // namespace warmbench
