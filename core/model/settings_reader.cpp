#include "model/settings_reader.h"

#include "base/text.h"

#include <cmath>

namespace warmbench {

std::string SettingsReader::where(const JsonValue &value) const
{
    return fmt::format("{}, line {}, column {}", m_what, value.line, value.column);
}

void SettingsReader::complain(const JsonValue &value, std::string_view sentence)
{
    if (m_problem)
        return;
    m_problem = invalidArgument(
        m_path.empty()   ? fmt::format("{}: they {}.", where(value), sentence)
        : m_what.empty() ? fmt::format("\"{}\" {}.", m_path, sentence)
                         : fmt::format("{}: \"{}\" {}.", where(value), m_path, sentence));
}

void SettingsReader::refuse(const JsonValue &value, std::string_view accepted)
{
    if (m_path.empty())
        complain(value, fmt::format("are {} but must be {}", value.shown(), accepted));
    else
        complain(value, fmt::format("is {} but must be {}", value.shown(), accepted));
}

void SettingsReader::warnUnknown(const JsonValue &value, const std::string &key,
                                 std::span<const std::string> known)
{
    const std::string full =
        printable(m_path.empty() ? key : fmt::format("{}.{}", m_path, key), 80);
    const std::string question = didYouMean(key, known);
    m_warnings.push_back(fmt::format(
        "{}: the key \"{}\" is unknown and ignored{}.", where(value), full,
        question.empty() ? fmt::format("; known here are {}", joined(known)) : question));
}

std::optional<std::string> SettingsReader::text(const JsonValue &value, std::string_view accepted)
{
    if (value.kind == JsonValue::Kind::Text && !trimmed(value.text).empty())
        return value.text;
    refuse(value, accepted);
    return std::nullopt;
}

std::optional<bool> SettingsReader::flag(const JsonValue &value)
{
    if (value.kind == JsonValue::Kind::Boolean)
        return value.boolean;
    refuse(value, "true or false, without quotes");
    return std::nullopt;
}

std::optional<int> SettingsReader::whole(const JsonValue &value, int least, int most)
{
    if (value.kind == JsonValue::Kind::Number && std::trunc(value.number) == value.number &&
        value.number >= least && value.number <= most)
        return static_cast<int>(value.number);
    refuse(value, fmt::format("a whole number from {} to {}", least, most));
    return std::nullopt;
}

std::optional<double> SettingsReader::number(const JsonValue &value, double least, double most)
{
    if (value.kind == JsonValue::Kind::Number && value.number >= least && value.number <= most)
        return value.number;
    refuse(value, std::isinf(most) ? std::isinf(least)
                                         ? std::string("a number")
                                         : fmt::format("a number of at least {}", least)
                                   : fmt::format("a number from {} to {}", least, most));
    return std::nullopt;
}

std::optional<std::size_t> SettingsReader::choice(const JsonValue &value,
                                                  std::span<const std::string_view> names)
{
    std::vector<std::string> quoted;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (value.kind == JsonValue::Kind::Text && lowered(value.text) == lowered(names[i]))
            return i;
        quoted.push_back(fmt::format("\"{}\"", names[i]));
    }
    refuse(value, quoted.size() == 1 ? quoted.front() : fmt::format("one of {}", joined(quoted)));
    return std::nullopt;
}

} // namespace warmbench
