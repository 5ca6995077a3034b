#include "model/json_text.h"

#include "tensor/json_writer.h"

#include <algorithm>

namespace warmbench {

namespace {

constexpr std::size_t mostInline = 16;

bool plain(const JsonValue &value)
{
    return value.kind != JsonValue::Kind::List && value.kind != JsonValue::Kind::Object;
}

void append(std::string &out, const JsonValue &value, std::size_t depth);

// The items of a list or an object, each on its own line unless they are few and plain.
void appendItems(std::string &out, const JsonValue &value, std::size_t depth)
{
    const bool object = value.kind == JsonValue::Kind::Object;
    const bool together =
        value.items.empty() || (!object && value.items.size() <= mostInline &&
                                std::all_of(value.items.begin(), value.items.end(), plain));
    const auto startLine = [&](std::size_t at) {
        if (!together)
            out.append(1, '\n').append(2 * at, ' ');
    };
    out += object ? '{' : '[';
    for (std::size_t i = 0; i < value.items.size(); ++i) {
        if (i > 0)
            out += together ? ", " : ",";
        startLine(depth + 1);
        if (object) {
            appendJsonString(out, value.keys[i]);
            out += ": ";
        }
        append(out, value.items[i], depth + 1);
    }
    startLine(depth);
    out += object ? '}' : ']';
}

// Deep values were refused by parseJson().
void append(std::string &out, const JsonValue &value, std::size_t depth)
{
    switch (value.kind) {
    case JsonValue::Kind::Null:
        out += "null";
        return;
    case JsonValue::Kind::Boolean:
        out += value.boolean ? "true" : "false";
        return;
    case JsonValue::Kind::Number:
        out += value.text;
        return;
    case JsonValue::Kind::Text:
        appendJsonString(out, value.text);
        return;
    case JsonValue::Kind::List:
    case JsonValue::Kind::Object:
        break;
    }
    appendItems(out, value, depth);
}

} // namespace

std::string jsonText(const JsonValue &value)
{
    std::string out;
    append(out, value, 0);
    return out + "\n";
}

} // namespace warmbench
