// Reads the config.json that timm keeps beside a model: its architecture, what the classes are
// called and how pictures are prepared for its evaluation (huggingface/pytorch-image-models:
// timm/models/_hub.py, timm/data/config.py, timm/data/transforms_factory.py). Thread: pure
// functions. Private to this folder.
#pragma once

#include "model/json_value.h"
#include "model/understanding/hints.h"

namespace warmbench {

// Whether a config.json is timm's; else it is that of transformers.
bool isTimmConfig(const JsonValue &config);
// What of it cannot be done here is a warning. Where a key is missing, timm's default counts.
Hints timmHints(const JsonValue &config);

} // namespace warmbench
