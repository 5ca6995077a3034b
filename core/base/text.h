// Small text helpers that several rooms share.
// Thread: any.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace warmbench {

// Bytes: as long as a file's name can be (NAME_MAX of Linux). Longer names are no slip of anything.
constexpr std::size_t longestName = 255;

// "a, b and c"; "none" when empty; "a, b and 7 more" beyond `most` words. Each as printable() shows
// it, so that a sentence stays one.
std::string joined(std::span<const std::string> words, std::size_t most = 24);
// The candidate with the least edit distance (Levenshtein, case ignored), if it is near enough to
// be a slip; else empty. Cost: at most some milliseconds, whatever is compared: words beyond
// longestName have none, and of a great many candidates only the first are looked at.
std::string nearest(std::string_view word, std::span<const std::string> candidates);
// What a sentence says behind a word that nobody knows: ` (did you mean "width"?)`; empty where
// nothing is near.
std::string didYouMean(std::string_view word, std::span<const std::string> candidates);
// Letters of ASCII alone, whatever the locale.
std::string lowered(std::string_view text);
std::string_view trimmed(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);
// What can be shown in a one-line message: control characters (U+0085, U+2028 and U+2029 too) and
// invalid UTF-8 become '?', long texts are cut with "...".
std::string printable(std::string_view text, std::size_t most = 200);
// printable() would change nothing, however long it is.
bool isPrintable(std::string_view text);

} // namespace warmbench
