// Recognizes files of other tools by their content and gives the command that exports each to ONNX.
// Thread: any; pure functions over the bytes given.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace warmbench {

// A sentence that says which tool wrote this file and what to run; nothing if the tool is unknown.
// `start` and `tail` are the first and last kilobytes of the file.
std::optional<std::string> foreignFileAdvice(const std::filesystem::path &path,
                                             std::string_view start, std::string_view tail);
// The sentence for a Core ML model, which looks like ONNX until its field numbers are read.
std::string coreMlAdvice(const std::filesystem::path &path);
// The sentence for a TensorFlow SavedModel.
std::string savedModelAdvice(const std::filesystem::path &path);

} // namespace warmbench
