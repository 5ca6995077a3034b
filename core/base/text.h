// Small text helpers that several rooms share.
// Thread: any.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace warmbench {

// In bytes: the longest that a file's name can be (NAME_MAX of Linux). A longer word is no
// misspelling of any name.
constexpr std::size_t longestName = 255;

// "a, b and c"; "none" when empty; "a, b and 7 more" beyond `most` words. Each word goes through
// printable(), so that the sentence stays on one line.
std::string joined(std::span<const std::string> words, std::size_t most = 24);
// The candidate with the least edit distance (Levenshtein, case ignored), if it is near enough to
// be what was meant; else empty. Cost: at most some milliseconds: words longer than longestName
// match nothing, and of very many candidates only the first are compared.
std::string nearest(std::string_view word, std::span<const std::string> candidates);
// What a sentence adds after an unknown word: ` (did you mean "width"?)`; empty if nothing is near.
std::string didYouMean(std::string_view word, std::span<const std::string> candidates);
// Turns ASCII letters into lower case, whatever the locale.
std::string lowered(std::string_view text);
std::string_view trimmed(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);
// The text as a one-line message can show it: control characters (U+0085, U+2028 and U+2029 too)
// and invalid UTF-8 become '?', long texts are cut with "...".
std::string printable(std::string_view text, std::size_t most = 200);
// Whether printable() would leave every character as it is, whatever the length.
bool isPrintable(std::string_view text);

} // namespace warmbench
