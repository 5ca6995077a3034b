#include "base/utf8.h"

#include <algorithm>

namespace warmbench {

std::size_t utf8Length(std::string_view text)
{
    if (text.empty())
        return 0;
    const auto first = static_cast<unsigned char>(text[0]);
    const std::size_t length = first < 0x80                    ? 1
                               : first >= 0xC2 && first < 0xE0 ? 2
                               : first >= 0xE0 && first < 0xF0 ? 3
                               : first >= 0xF0 && first < 0xF5 ? 4
                                                               : 0;
    if (length < 2)
        return length;
    if (length > text.size())
        return 0;
    const auto second = static_cast<unsigned char>(text[1]);
    const unsigned char least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    const unsigned char most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (second < least || second > most)
        return 0;
    const auto rest = text.substr(2, length - 2);
    const bool whole = std::all_of(rest.begin(), rest.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
    });
    return whole ? length : 0;
}

bool isUtf8(std::string_view text)
{
    while (!text.empty()) {
        const std::size_t length = utf8Length(text);
        if (length == 0)
            return false;
        text.remove_prefix(length);
    }
    return true;
}

void appendUtf8(std::string &text, char32_t point)
{
    const auto put = [&text](char32_t byte) { text += static_cast<char>(byte); };
    const auto tail = [&put, point](unsigned shift) { put(0x80U | ((point >> shift) & 0x3FU)); };
    if (point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) {
        appendUtf8(text, replacementCharacter);
    } else if (point < 0x80) {
        put(point);
    } else if (point < 0x800) {
        put(0xC0U | (point >> 6U));
        tail(0);
    } else if (point < 0x10000) {
        put(0xE0U | (point >> 12U));
        tail(6);
        tail(0);
    } else {
        put(0xF0U | (point >> 18U));
        tail(12);
        tail(6);
        tail(0);
    }
}

std::u32string codePointsOf(std::string_view text)
{
    std::u32string points;
    while (!text.empty()) {
        const std::size_t length = utf8Length(text);
        const auto first = static_cast<unsigned char>(text[0]);
        char32_t point = length == 0   ? replacementCharacter
                         : length == 1 ? first
                                       : first & (0xFFU >> (length + 1));
        for (std::size_t i = 1; i < length; ++i)
            point = (point << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
        points += point;
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return points;
}

std::string_view withoutByteOrderMark(std::string_view text)
{
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    if (text.starts_with(mark))
        text.remove_prefix(mark.size());
    return text;
}

} // namespace warmbench
