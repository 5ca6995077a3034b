#include "model/model_names.h"

#include "base/file.h"
#include "base/text.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fmt/format.h>

namespace warmbench {

namespace {

bool isNumber(std::string_view name)
{
    return name.find_first_not_of("0123456789") == std::string_view::npos;
}

} // namespace

Result<void> checkModelName(std::string_view name)
{
    if (!name.empty() && name.size() <= longestName && name.find('/') == std::string_view::npos &&
        isPrintable(name))
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

bool tellsNothing(std::string_view stem)
{
    const auto known = stemsThatTellNothing();
    return std::find(known.begin(), known.end(), lowered(stem)) != known.end();
}

std::string modelNameFor(const std::string &folder, std::string_view stem)
{
    if (!tellsNothing(stem))
        return std::string(stem);
    for (std::filesystem::path at = folder; at.has_relative_path(); at = at.parent_path()) {
        std::string name = at.filename().string();
        if (!isNumber(name) && !tellsNothing(name) && checkModelName(name))
            return name;
    }
    return std::string(stem);
}

} // namespace warmbench
