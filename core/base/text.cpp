#include "base/text.h"

#include <algorithm>
#include <cctype>
#include <numeric>

namespace warmbench {

namespace {

std::size_t editDistance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0U);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
        }
    }
    return row[b.size()];
}

// Length of the well-formed UTF-8 sequence at the start of `text`, 0 where there is none (Unicode
// 15, table 3-7, without its narrower second-byte ranges: only display depends on it).
std::size_t sequenceLength(std::string_view text)
{
    const auto first = static_cast<unsigned char>(text[0]);
    const std::size_t length = first < 0x80                    ? 1
                               : first >= 0xC2 && first < 0xE0 ? 2
                               : first >= 0xE0 && first < 0xF0 ? 3
                               : first >= 0xF0 && first < 0xF5 ? 4
                                                               : 0;
    if (length == 0 || length > text.size())
        return 0;
    const auto rest = text.substr(1, length - 1);
    const bool whole = std::all_of(rest.begin(), rest.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    });
    return whole ? length : 0;
}

} // namespace

std::string joined(std::span<const std::string> words)
{
    if (words.empty())
        return "none";
    std::string text = words.front();
    for (std::size_t i = 1; i < words.size(); ++i) {
        text += i + 1 == words.size() ? " and " : ", ";
        text += words[i];
    }
    return text;
}

std::string nearest(std::string_view word, std::span<const std::string> candidates)
{
    const std::string wanted = lowered(word);
    std::string best;
    std::size_t bestDistance = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const std::string &candidate : candidates) {
        const std::size_t distance = editDistance(wanted, lowered(candidate));
        if (distance < bestDistance) {
            best = candidate;
            bestDistance = distance;
        }
    }
    return best;
}

std::string lowered(std::string_view text)
{
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view blanks = " \t\r\n\v\f";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> parts;
    for (;;) {
        const auto at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos)
            return parts;
        text.remove_prefix(at + 1);
    }
}

std::string printable(std::string_view text, std::size_t most)
{
    std::string result;
    while (!text.empty() && result.size() < most) {
        const auto first = static_cast<unsigned char>(text[0]);
        const std::size_t length = first < 0x20 || first == 0x7F ? 0 : sequenceLength(text);
        result += length ? std::string(text.substr(0, length)) : "?";
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return text.empty() ? result : result + "...";
}

} // namespace warmbench
