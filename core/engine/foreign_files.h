// Files of other tools, told by their content, each with the command that exports it to ONNX.
// Thread: any; pure functions over the bytes given.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace warmbench {

// The sentence that says which tool's file this is and what to run; none where no tool is known.
// `start` and `tail` are the first and last kilobytes of the file.
std::optional<std::string> foreignFileAdvice(const std::filesystem::path &path,
                                             std::string_view start, std::string_view tail);
// The same for a Core ML model, which looks like ONNX until its field numbers are read.
std::string coreMlAdvice(const std::filesystem::path &path);
// The same for a TensorFlow SavedModel.
std::string savedModelAdvice(const std::filesystem::path &path);

} // namespace warmbench
