// Finds which files make a network and in which format, by their content rather than their ending.
// Thread: any; reads the first kilobytes of each file.
#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace warmbench {

enum class ModelFormat : std::uint8_t { Onnx, Caffe, TensorFlow, Darknet, Torch7, OpenCvMl };
const char *modelFormatName(
    ModelFormat format); // "ONNX", "Caffe", "TensorFlow", "Darknet", "Torch7", "OpenCV ML"

struct ModelFiles
{
    ModelFormat format = ModelFormat::Onnx;
    std::filesystem::path network; // .onnx, .prototxt, .pb, .cfg, .t7, .xml
    std::filesystem::path
        weights; // .caffemodel, .weights, optional .pbtxt; empty if there is one file
    std::vector<std::filesystem::path>
        external; // ONNX external data, always in the network's own folder
    std::vector<std::filesystem::path> all() const; // all paths that are not empty
};

// The files that belong to `path`, which may name any of a pair (net.prototxt or net.caffemodel).
// NotFound: no such file, or its partner is missing (named). InvalidArgument: a folder.
// FailedPrecondition: a file of another tool (.pt, .safetensors, .h5, .keras, .tflite, .pkl,
// .joblib, .mlmodel, recognized by content), with the export command to run; an empty file; an
// unknown format; or ONNX external data outside the model's folder.
Result<ModelFiles> identifyModelFiles(const std::filesystem::path &path);

// Whether a file in a folder counts as a model by its ending: the cheap test for scanning folders.
bool hasModelEnding(std::string_view path);
std::span<const std::string_view> modelEndings(); // in lower case, with their dots
// Files that stand beside a model's leading file: "net.caffemodel" beside "net.prototxt".
struct PartnerEnding
{
    std::string_view own;
    std::string_view leader;
};
std::span<const PartnerEnding> partnerEndings();

} // namespace warmbench
