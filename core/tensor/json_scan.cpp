#include "tensor/json_scan.h"

#include "tensor/json_reader.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace warmbench {

namespace {

static_assert(std::endian::native == std::endian::little, "leadingDigits takes the first character "
                                                          "from the lowest byte");

constexpr std::array<std::uint64_t, 9> powersOfTen{
    1, 10, 100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000};

struct Digits
{
    std::uint64_t value = 0;
    std::size_t count = 0; // 8 means that more may follow
};

// Reads the decimal digits at the start of eight characters, without a branch on how many they are.
Digits leadingDigits(const char *eight)
{
    std::uint64_t text = 0;
    std::memcpy(&text, eight, sizeof text);
    text ^= 0x3030303030303030U; // digits become 0 to 9; all other characters are larger
    const std::uint64_t others = ((text + 0x7676767676767676U) | text) & 0x8080808080808080U;
    const auto count = static_cast<std::size_t>(std::countr_zero(others)) / 8;
    if (count == 0)
        return {};
    text <<= 64 - 8 * count;         // zeros in front of the digits
    text = text * 10 + (text >> 8U); // joins digits to pairs, then to fours, then all
    text = ((text & 0x000000FF000000FFU) * 0x000F424000000064U +
            ((text >> 16U) & 0x000000FF000000FFU) * 0x0000271000000001U) >>
           32U;
    return {text, count};
}

std::size_t digits(std::string_view text, std::size_t from)
{
    const auto end = text.find_first_not_of("0123456789", from);
    return (end == std::string_view::npos ? text.size() : end) - from;
}

// For a number that std::from_chars calls out of range: true if it is too small, false if it is too
// large.
bool isBelowOne(std::string_view number)
{
    number.remove_prefix(number.front() == '-' ? 1 : 0);
    const std::size_t mark = std::min(number.find_first_of("eE"), number.size());
    std::int64_t exponent = 0;
    if (mark < number.size()) {
        std::string_view text = number.substr(mark + 1);
        const bool negative = text.front() == '-';
        text.remove_prefix(negative || text.front() == '+' ? 1 : 0);
        if (std::from_chars(text.data(), text.data() + text.size(), exponent).ec != std::errc())
            return negative;
        exponent = negative ? -exponent : exponent;
    }
    const std::size_t whole = std::min(number.find('.'), mark);
    if (number.front() != '0')
        return static_cast<std::int64_t>(whole) + exponent <= 0;
    const std::size_t first = std::min(number.find_first_not_of("0."), mark);
    return exponent <= static_cast<std::int64_t>(first - whole);
}

class Scan
{
public:
    Scan(std::string_view json, std::span<float> values)
        : m_at(json.data())
        , m_end(json.data() + json.size())
        , m_values(values)
    {
    }

    std::optional<ScannedNumbers> run();

private:
    char peek() const { return m_at < m_end ? *m_at : '\0'; }
    void skipBlanks()
    {
        while (m_at < m_end && *m_at <= ' ' &&
               (*m_at == ' ' || *m_at == '\n' || *m_at == '\t' || *m_at == '\r'))
            ++m_at;
    }
    bool open();
    bool close();
    bool numbers();
    bool number();
    bool shortNumber();
    bool longNumber();
    bool take(double value);

    const char *m_at;
    const char *m_end;
    std::span<float> m_values;
    ScannedNumbers m_result;
    std::array<std::int64_t, mostJsonDepth> m_sizes{}; // elements so far of each open list
    std::size_t m_depth = 0;
    std::size_t m_leaves = 0; // the depth at which there are numbers
};

std::optional<ScannedNumbers> Scan::run()
{
    for (;;) {
        skipBlanks();
        if (!open() || !numbers() || !close())
            return std::nullopt;
        if (m_depth == 0)
            break;
        if (peek() != ',')
            return std::nullopt;
        ++m_at;
    }
    return m_at == m_end ? std::optional(std::move(m_result)) : std::nullopt;
}

// Reads the brackets before a number.
bool Scan::open()
{
    while (peek() == '[') {
        if (m_depth == m_sizes.size())
            return false;
        m_sizes[m_depth++] = 0;
        ++m_at;
        skipBlanks();
    }
    if (m_leaves == 0) {
        m_leaves = m_depth;
        m_result.shape.assign(m_depth, -1);
    }
    return m_depth > 0 && m_depth == m_leaves;
}

// Reads the brackets after a number. The first list at each depth sets the extent of that
// dimension.
bool Scan::close()
{
    while (peek() == ']') {
        std::int64_t &extent = m_result.shape[--m_depth];
        if (extent >= 0 && extent != m_sizes[m_depth])
            return false;
        extent = m_sizes[m_depth];
        ++m_at;
        skipBlanks();
        if (m_depth == 0)
            break;
        ++m_sizes[m_depth - 1];
    }
    return true;
}

// Reads the numbers that follow each other in one list, and the blanks after them.
bool Scan::numbers()
{
    const std::size_t before = m_result.count;
    for (;;) {
        if (!number())
            return false;
        skipBlanks();
        if (peek() != ',')
            break;
        ++m_at;
        skipBlanks();
    }
    m_sizes[m_depth - 1] += static_cast<std::int64_t>(m_result.count - before);
    return true;
}

bool Scan::number()
{
    // How many characters shortNumber looks at.
    constexpr std::ptrdiff_t longest = 1 + 8 + 1 + 8 + 1;
    return (m_end - m_at >= longest && shortNumber()) || longNumber();
}

// Reads a number with up to seven digits on each side of the point. Its digits are below 2^53, so
// that one division of exact numbers rounds only once, as W. D. Clinger's fast path does ("How to
// read floating point numbers accurately", 1990).
bool Scan::shortNumber()
{
    const char *at = m_at;
    const bool negative = *at == '-';
    at += negative ? 1 : 0;
    const Digits whole = leadingDigits(at);
    if (whole.count == 0 || whole.count == 8 || (whole.count > 1 && *at == '0'))
        return false;
    at += whole.count;
    Digits fraction;
    if (*at == '.') {
        fraction = leadingDigits(++at);
        if (fraction.count == 0 || fraction.count == 8)
            return false;
        at += fraction.count;
    }
    if (*at == 'e' || *at == 'E')
        return false;
    const std::uint64_t scale = powersOfTen[fraction.count];
    const double value =
        static_cast<double>(whole.value * scale + fraction.value) / static_cast<double>(scale);
    m_at = at;
    return take(negative ? -value : value);
}

bool Scan::longNumber()
{
    const char *end = m_at;
    while (end < m_end && std::strchr("+-.0123456789eE", *end) && *end != '\0')
        ++end;
    const auto value = numberFromJson({m_at, static_cast<std::size_t>(end - m_at)});
    m_at = end;
    return value && std::abs(*value) <= static_cast<double>(std::numeric_limits<float>::max()) &&
           take(*value);
}

bool Scan::take(double value)
{
    if (m_result.count == m_values.size())
        return false;
    m_values[m_result.count++] = static_cast<float>(value);
    return true;
}

} // namespace

std::optional<ScannedNumbers> scanNumbers(std::string_view json, std::span<float> values)
{
    return Scan(json, values).run();
}

bool isJsonNumber(std::string_view text)
{
    std::size_t at = text.starts_with('-') ? 1 : 0;
    const std::size_t whole = digits(text, at);
    if (whole == 0 || (whole > 1 && text[at] == '0'))
        return false;
    at += whole;
    if (at < text.size() && text[at] == '.') {
        const std::size_t fraction = digits(text, at + 1);
        if (fraction == 0)
            return false;
        at += 1 + fraction;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '+' || text[at] == '-'))
            ++at;
        const std::size_t exponent = digits(text, at);
        if (exponent == 0)
            return false;
        at += exponent;
    }
    return at == text.size();
}

std::optional<double> numberFromJson(std::string_view json)
{
    double value = 0;
    if (!isJsonNumber(json))
        return std::nullopt;
    const auto done = std::from_chars(json.data(), json.data() + json.size(), value);
    if (done.ec == std::errc())
        return value;
    if (isBelowOne(json))
        return json.front() == '-' ? -0.0 : 0.0;
    return std::nullopt;
}

} // namespace warmbench
