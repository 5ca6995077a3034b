// Names in files that lead to other files: whether they stay within the folder that they belong to.
// Thread: any; follows links on the disk.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace warmbench {

// Where `relative` leads below `folder`, all symbolic links followed, those of the folder too;
// there need be no such file. Nothing where it is absolute, climbs with "..", holds a zero byte, or
// leads out of the folder through a link.
std::optional<std::filesystem::path> resolveWithin(const std::filesystem::path &folder,
                                                   std::string_view relative);

} // namespace warmbench
