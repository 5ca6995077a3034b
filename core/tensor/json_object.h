// Members of one JSON object, written in order. Thread: a value.
#pragma once

#include "tensor/json_writer.h"

#include <cstdint>
#include <fmt/format.h>
#include <iterator>
#include <string>
#include <string_view>

namespace warmbench {

class JsonObject
{
public:
    // The value is JSON already.
    JsonObject &raw(std::string_view key, std::string_view json)
    {
        fmt::format_to(std::back_inserter(m_text), "{}\"{}\": {}", m_text.size() > 1 ? ", " : "",
                       key, json);
        return *this;
    }
    JsonObject &text(std::string_view key, std::string_view value)
    {
        std::string quoted;
        appendJsonString(quoted, value);
        return raw(key, quoted);
    }
    JsonObject &textOrNull(std::string_view key, std::string_view value)
    {
        return value.empty() ? raw(key, "null") : text(key, value);
    }
    JsonObject &number(std::string_view key, std::int64_t value)
    {
        return raw(key, std::to_string(value));
    }
    JsonObject &real(std::string_view key, double value)
    {
        std::string digits;
        appendJsonNumber(digits, value);
        return raw(key, digits);
    }
    JsonObject &flag(std::string_view key, bool value)
    {
        return raw(key, value ? "true" : "false");
    }
    std::string end() const { return m_text + "}"; }

private:
    std::string m_text = "{";
};

} // namespace warmbench
