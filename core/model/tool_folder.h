// Folders that a tool has written as one model, with files that tell of it: Hugging Face
// (config.json, its networks beside it or in onnx/, several precisions or parts of one model) and
// MLflow (MLmodel names the network's file). Triton's (config.pbtxt with numbered versions) are
// found as versions are. Thread: any; blocks on the disk. Cost: two looks for a file, and only if
// one is there a few kilobytes read.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warmbench {

struct ToolFolder
{
    std::string file;    // of the network, below the folder
    std::string warning; // which of several files counts
};

// `models` are the model files in the folder itself. Nothing if no such tool wrote it, or
// if it holds other models too. Files that lead out of the folder through links do not count.
std::optional<ToolFolder> toolFolderAt(const std::string &folder,
                                       const std::vector<std::string> &models);

// Whether a Hugging Face folder holds the file as a precision or part of its one model:
// "model_fp16.onnx", "decoder_model.onnx" (huggingface/optimum-onnx, transformers.js).
bool isPartOfOneModel(std::string_view leaf);

// Whether a folder holds no second model, so that what lies there is about the one.
bool holdsOneModel(const std::string &folder);

// The name of the folder in a Hugging Face folder that holds its networks.
inline constexpr std::string_view innerFolder = "onnx";

} // namespace warmbench
