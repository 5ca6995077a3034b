// The built-in samples as files: unpacked into the user's cache folder once, ordinary files from
// then on.
#pragma once

#include "base/result.h"

#include <filesystem>

namespace warmbench::app {

// The folder with the samples; files that a person changed stay as they are.
// FailedPrecondition: the folder cannot be written (disk full, permissions).
Result<std::filesystem::path> unpackSamples();

} // namespace warmbench::app
