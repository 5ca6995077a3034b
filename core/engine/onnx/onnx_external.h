// ONNX external data: which files the tensors of a network point to, and whether they may.
//
// Found through the wire format, so that listing them never loads the network. Thread: any.
#pragma once

#include "base/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace warmbench {

// The file that `location` names, resolved against the folder of `network`. FailedPrecondition: an
// absolute path, or one that leaves the folder, symbolic links followed. NotFound: no such file.
Result<std::filesystem::path> resolveExternal(const std::filesystem::path &network,
                                              const std::string &location);

// All external files, each once, in the order of their first use; errors as resolveExternal and
// readFile.
Result<std::vector<std::filesystem::path>> listExternalFiles(const std::filesystem::path &network);

} // namespace warmbench
