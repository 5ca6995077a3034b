#include "model/model_names.h"

#include "base/file.h"
#include "base/text.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fmt/format.h>
#include <optional>

namespace warmbench {

namespace {

bool isAmong(std::span<const std::string_view> names, std::string_view name)
{
    return std::find(names.begin(), names.end(), lowered(name)) != names.end();
}

bool folderTells(const std::string &name)
{
    const bool number = name.find_first_not_of("0123456789") == std::string::npos;
    return !number && !isAmong(foldersThatTellNothing(), name) && checkModelName(name);
}

// Nothing if no folder tells.
std::optional<std::string> nearestTelling(const std::filesystem::path &folder)
{
    for (auto at = folder; at.has_relative_path(); at = at.parent_path()) {
        std::string name = at.filename().string();
        if (folderTells(name))
            return name;
    }
    return std::nullopt;
}

} // namespace

Result<void> checkModelName(std::string_view name)
{
    if (!name.empty() && name != "." && name != ".." && name.size() <= longestName &&
        name.find('/') == std::string_view::npos && isPrintable(name))
        return {};
    return invalidArgument(fmt::format(
        "\"{}\" is no name for a model; rename the file to letters, digits, dots and dashes.",
        printable(name, 80)));
}

std::string_view stemOf(std::string_view leaf)
{
    const auto dot = leaf.rfind('.');
    return dot == std::string_view::npos || dot == 0 ? leaf : leaf.substr(0, dot);
}

std::span<const std::string_view> stemsThatTellNothing()
{
    static constexpr std::array<std::string_view, 5> stems{"best", "last", "model", "weights",
                                                           "checkpoint"};
    return stems;
}

std::span<const std::string_view> foldersThatTellNothing()
{
    static constexpr std::array<std::string_view, 12> names{
        "best", "last",   "model",   "weights",   "checkpoint",  "onnx",
        "runs", "export", "exports", "artifacts", "checkpoints", "models"};
    return names;
}

bool tellsNothing(std::string_view stem)
{
    return isAmong(stemsThatTellNothing(), stem);
}

std::string modelNameFor(const std::string &folder, std::string_view stem)
{
    return tellsNothing(stem) ? nearestTelling(folder).value_or(std::string(stem))
                              : std::string(stem);
}

std::string folderNameFor(const std::string &folder, const std::string &leaf)
{
    return isAmong(foldersThatTellNothing(), leaf) ? nearestTelling(folder).value_or(leaf) : leaf;
}

} // namespace warmbench
