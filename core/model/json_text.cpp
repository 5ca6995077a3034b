#include "model/json_text.h"

#include "tensor/json_writer.h"

#include <algorithm>
#include <cstdint>

namespace warmbench {

namespace {

constexpr std::size_t lineWidth = 100;

enum class Spread : std::uint8_t { Line, Lines };

void append(std::string &out, const JsonValue &value, std::size_t depth, Spread spread);

// The items of a list or an object, on one line or each on its own.
void appendItems(std::string &out, const JsonValue &value, std::size_t depth, Spread spread)
{
    const bool object = value.kind == JsonValue::Kind::Object;
    const bool together = spread == Spread::Line || value.items.empty();
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
        append(out, value.items[i], depth + 1, spread);
    }
    startLine(depth);
    out += object ? '}' : ']';
}

// The items of the outermost value always have lines of their own: they are what a person looks
// for.
bool fitsOnLine(const JsonValue &value, std::size_t depth)
{
    const bool wasOnLine =
        std::all_of(value.items.begin(), value.items.end(),
                    [&value](const JsonValue &item) { return item.line == value.line; });
    return depth > 0 && wasOnLine && 2 * depth + jsonLine(value).size() <= lineWidth;
}

// Deep values were refused by parseJson().
void append(std::string &out, const JsonValue &value, std::size_t depth, Spread spread)
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
    const bool lines = spread == Spread::Lines && !fitsOnLine(value, depth);
    appendItems(out, value, depth, lines ? Spread::Lines : Spread::Line);
}

} // namespace

std::string jsonText(const JsonValue &value)
{
    std::string out;
    append(out, value, 0, Spread::Lines);
    return out + "\n";
}

std::string jsonLine(const JsonValue &value)
{
    std::string out;
    append(out, value, 0, Spread::Line);
    return out;
}

} // namespace warmbench
