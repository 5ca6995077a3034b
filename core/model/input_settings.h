// Reads the object "input" of a settings file. Private to this room. Thread: any; pure functions.
#pragma once

#include "model/model_settings.h"
#include "model/settings_reader.h"

#include <optional>
#include <span>
#include <string_view>

namespace warmbench {

void readInputSettings(SettingsReader &reader, const JsonValue &value, InputSettings &input);

// One of the names, as the enumerator of the same place; a wrong one is the reader's problem.
template <typename Enum>
std::optional<Enum> chosen(SettingsReader &reader, const JsonValue &value,
                           std::span<const std::string_view> names)
{
    const auto index = reader.choice(value, names);
    return index ? std::optional(static_cast<Enum>(*index)) : std::nullopt;
}

} // namespace warmbench
