// Checks that a file name found inside a file leads to a place within the folder it belongs to.
// Thread: any; follows links on the disk.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace warmbench {

// The path that `relative` leads to below `folder`, with all symbolic links followed, those of the
// folder too; the file need not exist. Nothing if `relative` is absolute, climbs with "..", holds a
// zero byte, or leads out of the folder through a link.
std::optional<std::filesystem::path> resolveWithin(const std::filesystem::path &folder,
                                                   std::string_view relative);

} // namespace warmbench
