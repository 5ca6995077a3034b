// Members of a JSON object that may be missing or of the wrong kind, which counts as missing. For
// the readers of other tools' files. Thread: pure functions. Private to this folder.
#pragma once

#include "model/json_value.h"

#include <cmath>
#include <optional>
#include <string_view>
#include <vector>

namespace warmbench {

// Whether the key is there and not null.
inline bool says(const JsonValue &object, std::string_view key)
{
    const auto *const value = object.member(key);
    return value && value->kind != JsonValue::Kind::Null;
}

inline bool flag(const JsonValue &object, std::string_view key, bool otherwise)
{
    const auto *const value = object.member(key);
    return value && value->kind == JsonValue::Kind::Boolean ? value->boolean : otherwise;
}

inline std::optional<double> number(const JsonValue &object, std::string_view key)
{
    const auto *const value = object.member(key);
    return value && value->kind == JsonValue::Kind::Number ? std::optional(value->number)
                                                           : std::nullopt;
}

inline std::string_view text(const JsonValue &object, std::string_view key)
{
    const auto *const value = object.member(key);
    return value && value->kind == JsonValue::Kind::Text ? value->text : std::string_view();
}

constexpr int mostPixelsOfASide = 16384;

// A size in pixels that preprocessing can make.
inline std::optional<int> sideOf(const JsonValue &value)
{
    return value.kind == JsonValue::Kind::Number && value.number >= 1 &&
                   value.number <= mostPixelsOfASide && value.number == std::floor(value.number)
               ? std::optional(static_cast<int>(value.number))
               : std::nullopt;
}
inline std::optional<int> side(const JsonValue &object, std::string_view key)
{
    const auto *const value = object.member(key);
    return value ? sideOf(*value) : std::nullopt;
}

// One number, or one for each of three channels; nothing if there are others, or zeros where none
// may be.
inline std::optional<std::vector<double>> perChannel(const JsonValue &object, std::string_view key,
                                                     bool zeroAllowed)
{
    const auto *const list = object.member(key);
    if (!list || list->kind != JsonValue::Kind::List ||
        (list->items.size() != 1 && list->items.size() != 3))
        return std::nullopt;
    std::vector<double> numbers;
    for (const JsonValue &item : list->items) {
        if (item.kind != JsonValue::Kind::Number || (item.number == 0 && !zeroAllowed))
            return std::nullopt;
        numbers.push_back(item.number);
    }
    return numbers;
}

} // namespace warmbench
