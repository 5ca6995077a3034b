// Unpacks the built-in samples into the user's cache folder, once; after that they are ordinary
// files.
#pragma once

#include "base/result.h"

#include <filesystem>

namespace warmbench::app {

// Returns the folder with the samples; files that the user has changed stay as they are.
// FailedPrecondition: the folder cannot be written (disk full, permissions).
Result<std::filesystem::path> unpackSamples();

} // namespace warmbench::app
