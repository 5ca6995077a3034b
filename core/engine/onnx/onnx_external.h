// ONNX external data: finds the files that the tensors of a network name and checks that they are
// allowed to.
//
// It reads the wire format, so that listing the files never loads the network. Thread: any.
#pragma once

#include "base/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace warmbench {

// The file that `location` names, resolved against the folder of `network`. FailedPrecondition: an
// absolute path, or one that leaves the folder once symbolic links are followed. NotFound: no such
// file.
Result<std::filesystem::path> resolveExternal(const std::filesystem::path &network,
                                              const std::string &location);

// All external files, each once, in the order of their first use; errors as resolveExternal and
// readFile.
Result<std::vector<std::filesystem::path>> listExternalFiles(const std::filesystem::path &network);

} // namespace warmbench
