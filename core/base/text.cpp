#include "base/text.h"

#include "base/utf8.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <numeric>

namespace warmbench {

namespace {

// How many cells of the distance tables one call of nearest() may fill: some milliseconds' worth.
constexpr std::size_t mostSteps = 1'000'000;

char lower(char c)
{
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

// Levenshtein distance of two words, ignoring case (`a` is in lower case already); any number above
// `most` stands for "too far". Only the band of the table that can hold an answer is filled (E.
// Ukkonen, "Algorithms for approximate string matching", 1985). `steps` counts its cells.
std::size_t editDistance(std::string_view a, std::string_view b, std::size_t most,
                         std::size_t &steps)
{
    const std::size_t far = most + 1;
    std::vector<std::size_t> row(b.size() + 1, far);
    std::iota(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(std::min(b.size(), most)) + 1,
              0U);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        const std::size_t first = i > most ? i - most : 1;
        const std::size_t last = std::min(b.size(), i + most);
        std::size_t diagonal = row[first - 1];
        row[first - 1] = first == 1 ? i : far;
        std::size_t least = row[first - 1];
        for (std::size_t j = first; j <= last; ++j) {
            const std::size_t substituted = diagonal + (a[i - 1] == lower(b[j - 1]) ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({diagonal + 1, row[j - 1] + 1, substituted});
            least = std::min(least, row[j]);
        }
        steps += last - std::min(first, last) + 1;
        if (least > most)
            return far;
    }
    return row[b.size()];
}

// Characters that begin a new line or steer a terminal: C0, DEL, C1 and U+2028 and U+2029.
bool isControl(std::string_view sequence)
{
    const auto first = static_cast<unsigned char>(sequence[0]);
    if (sequence.size() == 1)
        return first < 0x20 || first == 0x7F;
    const auto second = static_cast<unsigned char>(sequence[1]);
    return (sequence.size() == 2 && first == 0xC2 && second < 0xA0) || sequence == "\u2028" ||
           sequence == "\u2029";
}

// Length of the character at the start of `text` if it can be shown in a line, else 0.
std::size_t shownLength(std::string_view text)
{
    const std::size_t length = utf8Length(text);
    return length > 0 && isControl(text.substr(0, length)) ? 0 : length;
}

} // namespace

std::string joined(std::span<const std::string> words, std::size_t most)
{
    if (words.empty())
        return "none";
    const bool all = words.size() <= most;
    const std::size_t shown = all ? words.size() : most;
    std::string text = printable(words.front());
    for (std::size_t i = 1; i < shown; ++i) {
        text += all && i + 1 == shown ? " and " : ", ";
        text += printable(words[i]);
    }
    return all ? text : text + " and " + std::to_string(words.size() - shown) + " more";
}

std::string nearest(std::string_view word, std::span<const std::string> candidates)
{
    if (word.size() > longestName)
        return {};
    const std::string wanted = lowered(word);
    std::string best;
    std::size_t most = std::max<std::size_t>(2, word.size() / 3);
    std::size_t steps = 0;
    for (const std::string &candidate : candidates) {
        if (++steps > mostSteps)
            break;
        if (candidate.size() > wanted.size() + most || wanted.size() > candidate.size() + most)
            continue;
        const std::size_t distance = editDistance(wanted, candidate, most, steps);
        if (distance > most)
            continue;
        best = candidate;
        if (distance == 0)
            break;
        most = distance - 1;
    }
    return best;
}

std::string didYouMean(std::string_view word, std::span<const std::string> candidates)
{
    const std::string near = nearest(word, candidates);
    return near.empty() ? near : fmt::format(" (did you mean \"{}\"?)", printable(near));
}

std::string lowered(std::string_view text)
{
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
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
        const std::size_t length = shownLength(text);
        result += length ? std::string(text.substr(0, length)) : "?";
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return text.empty() ? result : result + "...";
}

bool isPrintable(std::string_view text)
{
    while (!text.empty()) {
        const std::size_t length = shownLength(text);
        if (length == 0)
            return false;
        text.remove_prefix(length);
    }
    return true;
}

} // namespace warmbench
