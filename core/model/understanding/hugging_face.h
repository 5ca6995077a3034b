// Reads preprocessor_config.json and config.json, which transformers keeps beside a model: how
// pictures are prepared, what the classes are called and what the model is for
// (huggingface/transformers: image_processing_utils_fast.py and the image processors of the models;
// configuration_utils.py). Thread: pure functions. Private to this folder.
#pragma once

#include "model/json_value.h"
#include "model/understanding/hints.h"

namespace warmbench {

// What of it cannot be done here is a warning.
Hints preprocessorHints(const JsonValue &config);
Hints configHints(const JsonValue &config);

} // namespace warmbench
