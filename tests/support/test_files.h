// Paths of the tests' data. They are absolute. Only sharedModel() checks that the file exists.
// Thread: any.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace warmbench {

// A file that make_models.py wrote at build time: testModel("add.onnx"), testModel("add.sum.npy").
std::filesystem::path testModel(std::string_view name);

// A file of resources/sample: sampleFile("digits.onnx"), sampleFile("three.png").
std::filesystem::path sampleFile(std::string_view name);

// A file of the source tree: sourceFile("README.md").
std::filesystem::path sourceFile(std::string_view name);

// A real model or photograph, which most machines do not have. It is in the folder that the
// environment variable WARMBENCH_SHARED_MODELS names, else in ../shared/models beside the source
// tree. If it is missing, a line on standard error says so, and the test has to QSKIP.
std::optional<std::filesystem::path> sharedModel(std::string_view name);

// The Python that made the test models; it has numpy and onnx, and cv2 only on some machines.
std::filesystem::path testPython();

} // namespace warmbench
