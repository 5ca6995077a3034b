#include "model/labels.h"

#include "base/text.h"
#include "base/utf8.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <map>
#include <optional>

namespace warmbench {

namespace {

// A wrong index must not make a list that fills the memory.
constexpr std::size_t highestIndex = 1'000'000;

using Numbered = std::map<std::size_t, std::string>;

std::optional<std::size_t> indexOf(std::string_view text)
{
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
    if (error != std::errc() || end != text.data() + text.size() || index > highestIndex)
        return std::nullopt;
    return index;
}

std::vector<std::string> byIndex(const Numbered &numbered)
{
    std::vector<std::string> names;
    for (const auto &[index, name] : numbered) {
        while (names.size() < index)
            names.push_back(std::to_string(names.size()));
        names.push_back(name);
    }
    return names;
}

// True if every line starts with an index and a comma; else each line is a name.
bool linesAreNumbered(const std::vector<std::string_view> &lines)
{
    return std::all_of(lines.begin(), lines.end(), [](std::string_view line) {
        const auto comma = line.find(',');
        return comma != std::string_view::npos && indexOf(trimmed(line.substr(0, comma)));
    });
}

// True if the lines count themselves, "0 cat", "1 dog", as Teachable Machine writes them.
bool linesAreCounted(const std::vector<std::string_view> &lines)
{
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto space = lines[i].find(' ');
        if (space == std::string_view::npos || indexOf(lines[i].substr(0, space)) != i)
            return false;
    }
    return lines.size() > 1;
}

Result<std::vector<std::string>> fromLines(std::string_view text)
{
    auto lines = split(text, '\n');
    while (!lines.empty() && trimmed(lines.back()).empty())
        lines.pop_back();
    if (lines.empty())
        return invalidArgument("line 1: there are no names; write one a line");
    if (!linesAreNumbered(lines)) {
        const bool counted = linesAreCounted(lines);
        std::vector<std::string> names;
        for (const std::string_view line : lines) {
            names.emplace_back(trimmed(counted ? line.substr(line.find(' ')) : line));
            if (names.back().find('\0') != std::string::npos || !isUtf8(names.back()))
                return invalidArgument(
                    fmt::format("line {}: is no UTF-8 text; save the file as UTF-8", names.size()));
        }
        return names;
    }
    Numbered numbered;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto comma = lines[i].find(',');
        const auto index = *indexOf(trimmed(lines[i].substr(0, comma)));
        if (!numbered.emplace(index, trimmed(lines[i].substr(comma + 1))).second)
            return invalidArgument(
                fmt::format("line {}: the index {} is there twice; remove one", i + 1, index));
    }
    return byIndex(numbered);
}

} // namespace

Result<std::vector<std::string>> labelsOf(const JsonValue &root)
{
    const auto problem = [](const JsonValue &value, std::string_view what) {
        return invalidArgument(fmt::format("line {}, column {}: {} is {}", value.line, value.column,
                                           value.shown(), what));
    };
    Numbered numbered;
    for (std::size_t i = 0; i < root.items.size(); ++i) {
        const JsonValue *name = &root.items[i];
        const bool listed = root.kind == JsonValue::Kind::List;
        if (!listed && name->kind == JsonValue::Kind::List && !name->items.empty())
            name = &name->items.back();
        if (name->kind != JsonValue::Kind::Text)
            return problem(*name, "no name; write it in quotes");
        const auto index = listed ? std::optional(i) : indexOf(root.keys[i]);
        if (!index)
            return problem(*name, fmt::format("under the key \"{}\", which is no index from 0",
                                              printable(root.keys[i], 40)));
        if (!numbered.emplace(*index, name->text).second)
            return problem(*name, fmt::format("a second name for index {}; remove one", *index));
    }
    if (numbered.empty())
        return invalidArgument("line 1, column 1: there are no names in the list");
    return byIndex(numbered);
}

Result<std::vector<std::string>> parseLabels(std::string_view text)
{
    text = withoutByteOrderMark(text);
    const auto content = trimmed(text);
    const bool list = content.starts_with('[') && content.ends_with(']');
    const bool object = content.starts_with('{') && content.ends_with('}');
    if (!list && !object)
        return fromLines(text);
    const auto root = parseJson(text);
    if (!root)
        return root.error();
    return labelsOf(*root);
}

} // namespace warmbench
