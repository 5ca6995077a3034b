// Finds the name of a model from the place of its file.
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
// "checkpoint". Case does not matter, here and below.
std::span<const std::string_view> stemsThatTellNothing();
// Folders that tell what they hold, not which model it is: those of these names, "onnx", "models",
// "checkpoints", "export", "exports", "artifacts", "runs".
std::span<const std::string_view> foldersThatTellNothing();

// True for these stems.
bool tellsNothing(std::string_view stem);

// The name of the model in a file called `stem`.ENDING in `folder`, which is an absolute path. A
// stem that says nothing about the model is replaced by the name of the nearest folder that does:
// "train4" for train4/weights/best.onnx. Numbers are versions, not names: "digits" for
// digits/3/model.onnx. If no folder says anything, the name is the stem.
std::string modelNameFor(const std::string &folder, std::string_view stem);
// The same for a model that is the folder `leaf` in `folder`: "vit" for vit/onnx.
std::string folderNameFor(const std::string &folder, const std::string &leaf);

} // namespace warmbench
