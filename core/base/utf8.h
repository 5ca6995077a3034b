// UTF-8 as Unicode 15 defines it (table 3-7: no overlong forms, no surrogates, nothing above
// U+10FFFF). Thread: any; pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace warmbench {

// Shown in place of a character that cannot be read.
inline constexpr char32_t replacementCharacter = U'\xFFFD';

// Length in bytes of the well-formed sequence at the start of `text`; 0 if there is none.
std::size_t utf8Length(std::string_view text);
bool isUtf8(std::string_view text); // all of it
// Appends the code point, or the replacement character if `point` is no valid one.
void appendUtf8(std::string &text, char32_t point);
// The code points of a text; each byte that belongs to no sequence becomes the replacement
// character.
std::u32string codePointsOf(std::string_view text);
// The text without the byte order mark that editors of other systems write at its start.
std::string_view withoutByteOrderMark(std::string_view text);

} // namespace warmbench
