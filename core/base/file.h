// Whole files in and out, with errors that name the file and what to do.
// Thread: any; blocks on the disk: never from the GUI or http thread for files of unknown size.
#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace warmbench {

// Everything in the file, at most `limit` bytes. Works on files without a size (/proc, pipes).
// NotFound: no such file. InvalidArgument: a folder or larger than `limit`. FailedPrecondition: no
// permission, read error.
Result<std::string> readFile(const std::filesystem::path &path, Bytes limit);

// At most the first `count` bytes; errors as readFile.
Result<std::string> readFileStart(const std::filesystem::path &path, std::size_t count);

// Written beside the target and renamed over it, so that a full disk leaves the old file whole.
Result<void> writeFile(const std::filesystem::path &path, std::string_view content);

} // namespace warmbench
