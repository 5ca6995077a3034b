// Small text helpers that several rooms share.
// Thread: any.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace warmbench {

// "a, b and c"; "none" when empty.
std::string joined(std::span<const std::string> words);
// The candidate with the least edit distance (Levenshtein, case ignored), if it is near enough to
// be a slip; else empty.
std::string nearest(std::string_view word, std::span<const std::string> candidates);
std::string lowered(std::string_view text);
std::string_view trimmed(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);
// What can be shown in a one-line message: control characters and invalid UTF-8 become '?', long
// texts are cut with "...".
std::string printable(std::string_view text, std::size_t most = 200);

} // namespace warmbench
