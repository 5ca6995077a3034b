#include "base/contained_path.h"

#include <algorithm>
#include <system_error>

namespace warmbench {

namespace {

bool isInside(const std::filesystem::path &folder, const std::filesystem::path &file)
{
    const auto [end, unused] =
        std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
    return end == folder.end();
}

} // namespace

std::optional<std::filesystem::path> resolveWithin(const std::filesystem::path &folder,
                                                   std::string_view relative)
{
    const std::filesystem::path below(relative);
    const bool climbs =
        std::any_of(below.begin(), below.end(), [](const auto &part) { return part == ".."; });
    if (relative.empty() || relative.find('\0') != std::string_view::npos || below.is_absolute() ||
        climbs)
        return std::nullopt;
    std::error_code problem;
    const auto absolute = std::filesystem::absolute(folder, problem);
    const auto resolved = std::filesystem::weakly_canonical(absolute, problem);
    auto target = std::filesystem::weakly_canonical(resolved / below, problem);
    if (problem || !isInside(resolved, target))
        return std::nullopt;
    return target;
}

} // namespace warmbench
