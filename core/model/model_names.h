// What a model is called, told by where its file lies.
// Thread: any; pure functions.
#pragma once

#include "base/result.h"

#include <span>
#include <string>
#include <string_view>

namespace warmbench {

// InvalidArgument: empty, with a slash, a control character or broken UTF-8, or longer than a
// file's name can be.
Result<void> checkModelName(std::string_view name);

// A file's name without its ending.
std::string_view stemOf(std::string_view leaf);

// Stems that say what a file is for, not which model it is: "best", "last", "model", "weights",
// "checkpoint". Whether they are written in capitals does not matter.
std::span<const std::string_view> stemsThatTellNothing();

// The name of the model in a file called `stem`.ENDING, or in a folder called `stem`, that lies in
// `folder`, a whole path. A stem that tells nothing takes the name of the nearest folder that does:
// "train4" for train4/weights/best.onnx. Numbers are versions and no names: "digits" for
// digits/3/model.onnx. Where no folder tells anything, it is the stem itself.
std::string modelNameFor(const std::string &folder, std::string_view stem);

} // namespace warmbench
