// Recognises models of text, sound and video, whose inputs Warmbench does not prepare yet: by the
// names of their inputs as Optimum exports them (huggingface/optimum-onnx:exporters/onnx), and by
// what config.json and preprocessor_config.json of Hugging Face say. Thread: pure functions.
#pragma once

#include "engine/network_spec.h"
#include "model/json_value.h"
#include "model/understanding/hints.h"

#include <optional>
#include <string>
#include <string_view>

namespace warmbench {

// What the inputs' names and shapes tell: "input_ids", "input_features", pixel_values [B,T,C,H,W].
std::optional<Hints> inputNameHints(const NetworkSpec &spec);
// As preprocessorHints() of pictures, and of sound where the file has a sampling rate.
Hints anyPreprocessorHints(const JsonValue &config);
// As configHints(), with the medium that the architecture is for.
Hints anyConfigHints(const JsonValue &config);

// "A text model (tokenizer.json): Warmbench does not tokenize yet; send input_ids and
// attention_mask as tensors" for a model whose inputs are neither pictures nor texts as they are,
// by the first of the hints that tells; else empty. `tensors`: no picture or row was planned.
std::string unservedBy(const NetworkSpec &spec, const std::vector<Hints> &hints, bool tensors);

} // namespace warmbench
