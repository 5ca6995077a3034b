#include "tensor/json_writer.h"

#include "base/utf8.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <type_traits>

namespace warmbench {

namespace {

template <typename T>
void appendPlain(std::string &out, T value)
{
    std::array<char, 32> text; // the longest double has 24 characters, the longest integer 20
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    out.append(text.data(), end);
}

template <typename T>
void appendReal(std::string &out, T value)
{
    if (std::isfinite(value))
        appendPlain(out, value);
    else if (std::isnan(value))
        out += "null";
    else
        out += value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
}

template <typename T>
void appendElement(std::string &out, T value)
{
    if constexpr (std::is_same_v<T, Half>)
        appendReal(out, toFloat(value));
    else if constexpr (std::is_floating_point_v<T>)
        appendReal(out, value);
    else
        appendPlain(out, value);
}

// Appends nested brackets around the elements; `element` appends the one with the given flat index.
template <typename Element>
void appendNested(std::string &out, std::span<const std::int64_t> shape, std::size_t &index,
                  const Element &element)
{
    if (shape.empty()) {
        element(index++);
        return;
    }
    out += '[';
    for (std::int64_t i = 0; i < shape.front(); ++i) {
        if (i > 0)
            out += ',';
        if (shape.size() == 1)
            element(index++);
        else
            appendNested(out, shape.subspan(1), index, element);
    }
    out += ']';
}

// Whether a character needs no escape in a JSON string.
bool isPlain(char c)
{
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

void appendControl(std::string &out, unsigned char c)
{
    constexpr std::string_view hex = "0123456789abcdef";
    switch (c) {
    case '\n':
        out += "\\n";
        return;
    case '\r':
        out += "\\r";
        return;
    case '\t':
        out += "\\t";
        return;
    default:
        out += "\\u00";
        out += hex[c >> 4U];
        out += hex[c & 0xFU];
    }
}

} // namespace

void appendJson(std::string &out, const Tensor &tensor)
{
    std::size_t index = 0;
    if (tensor.dtype() == DType::String) {
        appendNested(out, tensor.shape(), index,
                     [&](std::size_t i) { appendJsonString(out, tensor.strings()[i]); });
        return;
    }
    if (tensor.dtype() == DType::Bool) {
        const auto flags = tensor.values<std::uint8_t>();
        appendNested(out, tensor.shape(), index,
                     [&](std::size_t i) { out += flags[i] ? "true" : "false"; });
        return;
    }
    withElementType(tensor.dtype(), [&](auto element) {
        const auto values = tensor.values<decltype(element)>();
        appendNested(out, tensor.shape(), index,
                     [&](std::size_t i) { appendElement(out, values[i]); });
    });
}

void appendJsonString(std::string &out, std::string_view text)
{
    out += '"';
    while (!text.empty()) {
        const auto plain = std::find_if_not(text.begin(), text.end(), isPlain);
        out.append(text.begin(), plain);
        text.remove_prefix(static_cast<std::size_t>(plain - text.begin()));
        if (text.empty())
            break;
        const auto first = static_cast<unsigned char>(text.front());
        std::size_t length = 1;
        if (first < 0x20) {
            appendControl(out, first);
        } else if (first == '"' || first == '\\') {
            out += '\\';
            out += text.front();
        } else {
            length = utf8Length(text);
            out += length ? text.substr(0, length) : "\xEF\xBF\xBD";
        }
        text.remove_prefix(length ? length : 1);
    }
    out += '"';
}

void appendJsonNumber(std::string &out, double value)
{
    appendReal(out, value);
}

} // namespace warmbench
