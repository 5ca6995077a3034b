#include "model/json_value.h"

#include "base/text.h"
#include "base/utf8.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <optional>
#include <unordered_set>

namespace warmbench {

namespace {

constexpr int deepest = 64;

// A recursive descent parser. It stops at the first problem and keeps it.
class Parser
{
public:
    explicit Parser(std::string_view text)
        : m_text(text)
    {
    }

    Result<JsonValue> parse()
    {
        skipBlanks();
        JsonValue root;
        if (atEnd())
            fail("the text is empty; write at least {}");
        else if (value(root, 0)) {
            skipBlanks();
            if (!atEnd())
                fail(fmt::format("expected the end, found {}", found()));
        }
        if (m_problem)
            return *m_problem;
        return root;
    }

private:
    bool atEnd() const { return m_at >= m_text.size(); }
    char peek() const { return atEnd() ? '\0' : m_text[m_at]; }
    std::string found() const
    {
        return atEnd() ? "the end of the text"
                       : fmt::format("\"{}\"", printable(m_text.substr(m_at, 1)));
    }

    void place(std::size_t at, int &line, int &column) const
    {
        const auto before = m_text.substr(0, at);
        line = 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n'));
        const auto lineStart = before.rfind('\n') + 1; // npos + 1 is 0
        column = 1 + static_cast<int>(std::count_if(
                         before.begin() + static_cast<std::ptrdiff_t>(lineStart), before.end(),
                         [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
    }
    bool fail(std::string_view message) { return failAt(m_at, message); }
    bool failAt(std::size_t at, std::string_view message)
    {
        int line = 1;
        int column = 1;
        place(at, line, column);
        if (!m_problem)
            m_problem =
                invalidArgument(fmt::format("line {}, column {}: {}", line, column, message));
        return false;
    }

    // Counts lines and columns up to `m_at`. Positions only grow, so that each character is counted
    // once.
    void remember(JsonValue &value)
    {
        for (; m_counted < m_at; ++m_counted) {
            if (m_text[m_counted] == '\n') {
                ++m_line;
                m_column = 1;
            } else if ((static_cast<unsigned char>(m_text[m_counted]) & 0xC0) != 0x80) {
                ++m_column;
            }
        }
        value.line = m_line;
        value.column = m_column;
    }

    void skipBlanks()
    {
        while (!atEnd() && std::string_view(" \t\r\n").find(peek()) != std::string_view::npos)
            ++m_at;
    }
    bool word(std::string_view expected)
    {
        if (m_text.substr(m_at, expected.size()) != expected)
            return fail(fmt::format("expected a value, found {}; texts need quotes", found()));
        m_at += expected.size();
        return true;
    }

    bool value(JsonValue &out, int depth)
    {
        if (depth > deepest)
            return fail(fmt::format("nested deeper than {} levels", deepest));
        remember(out);
        switch (peek()) {
        case '{':
            return object(out, depth);
        case '[':
            return list(out, depth);
        case '"':
            out.kind = JsonValue::Kind::Text;
            return text(out.text);
        case 't':
        case 'f':
            out.kind = JsonValue::Kind::Boolean;
            out.boolean = peek() == 't';
            return word(out.boolean ? "true" : "false");
        case 'n':
            return word("null");
        default:
            return number(out);
        }
    }

    bool object(JsonValue &out, int depth)
    {
        out.kind = JsonValue::Kind::Object;
        std::unordered_set<std::string> known;
        for (bool more = opens('}'); more;) {
            const std::size_t start = m_at;
            std::string key;
            if (peek() != '"')
                return fail(fmt::format("expected a key in quotes, found {}", found()));
            if (!text(key))
                return false;
            if (!known.insert(key).second)
                return failAt(start, fmt::format("the key \"{}\" is there twice; remove one",
                                                 printable(key, 60)));
            skipBlanks();
            if (peek() != ':')
                return fail(fmt::format("expected \":\" after the key \"{}\", found {}",
                                        printable(key, 60), found()));
            ++m_at;
            skipBlanks();
            out.keys.push_back(std::move(key));
            if (!value(out.items.emplace_back(), depth + 1) || !follows('}', more))
                return false;
        }
        return true;
    }
    bool list(JsonValue &out, int depth)
    {
        out.kind = JsonValue::Kind::List;
        for (bool more = opens(']'); more;) {
            if (!value(out.items.emplace_back(), depth + 1) || !follows(']', more))
                return false;
        }
        return true;
    }
    // Moves past the opening bracket; false if the closing one follows at once.
    bool opens(char closing)
    {
        ++m_at;
        skipBlanks();
        if (peek() != closing)
            return true;
        ++m_at;
        return false;
    }
    // Moves past a comma (`more` is true) or the closing bracket (`more` is false).
    bool follows(char closing, bool &more)
    {
        skipBlanks();
        const std::size_t comma = m_at;
        more = peek() == ',';
        if (!more && peek() != closing)
            return fail(fmt::format("expected \",\" or \"{}\", found {}", closing, found()));
        ++m_at;
        skipBlanks();
        if (more && peek() == closing)
            return failAt(comma,
                          fmt::format("a comma before the closing \"{}\"; remove it", closing));
        return true;
    }

    bool text(std::string &out)
    {
        const std::size_t start = m_at++;
        while (!atEnd() && peek() != '"') {
            if (static_cast<unsigned char>(peek()) < 0x20)
                return fail("a line break or control character within a text; close the quotes or "
                            "write it as \\n");
            if (peek() != '\\')
                out += m_text[m_at++];
            else if (!escape(out))
                return false;
        }
        if (atEnd())
            return failAt(start, "the quotes opened here are never closed");
        ++m_at;
        return true;
    }
    bool escape(std::string &out)
    {
        const std::size_t start = m_at++;
        const char letter = peek();
        ++m_at;
        constexpr std::string_view letters = "\"\\/bfnrt";
        constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
        if (const auto at = letters.find(letter); letter != '\0' && at != std::string_view::npos) {
            out += meanings[at];
            return true;
        }
        std::uint32_t code = 0;
        if (letter != 'u' || !hex(code))
            return failAt(start, "no such escape; write \\\\ for a backslash");
        if (code >= 0xD800 && code < 0xE000) { // a pair of surrogates
            std::uint32_t low = 0;
            if (code >= 0xDC00 || m_text.substr(m_at, 2) != "\\u")
                return failAt(start, "half of a surrogate pair");
            m_at += 2;
            if (!hex(low) || low < 0xDC00 || low >= 0xE000)
                return failAt(start, "half of a surrogate pair");
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        }
        appendUtf8(out, code);
        return true;
    }
    bool hex(std::uint32_t &code)
    {
        const auto digits = m_text.substr(std::min(m_at, m_text.size()), 4);
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
        m_at += 4;
        return error == std::errc() && digits.size() == 4 && end == digits.data() + 4;
    }

    bool number(JsonValue &out)
    {
        const std::size_t start = m_at;
        const auto digits = [this] {
            const std::size_t from = m_at;
            while (peek() >= '0' && peek() <= '9')
                ++m_at;
            return m_at - from;
        };
        if (peek() == '-')
            ++m_at;
        const bool zero = peek() == '0';
        const std::size_t whole = digits();
        if (whole == 0) {
            m_at = start;
            return fail(fmt::format("expected a value, found {}; texts need quotes", found()));
        }
        bool sound = !zero || whole == 1;
        if (peek() == '.') {
            ++m_at;
            sound = digits() > 0 && sound;
        }
        if (peek() == 'e' || peek() == 'E') {
            ++m_at;
            if (peek() == '+' || peek() == '-')
                ++m_at;
            sound = digits() > 0 && sound;
        }
        out.kind = JsonValue::Kind::Number;
        out.text = std::string(m_text.substr(start, m_at - start));
        const auto [end, error] =
            std::from_chars(out.text.data(), out.text.data() + out.text.size(), out.number);
        if (!sound || error != std::errc())
            return failAt(start, fmt::format("\"{}\" is no number that can be held",
                                             printable(out.text, 40)));
        return true;
    }

    std::string_view m_text;
    std::size_t m_at = 0;
    std::size_t m_counted = 0;
    int m_line = 1;
    int m_column = 1;
    std::optional<Error> m_problem;
};

} // namespace

namespace {

// Shows a list of a few numbers in full, and anything longer by its length.
std::string shownList(const std::vector<JsonValue> &items)
{
    constexpr std::size_t few = 4;
    const bool fewAndPlain =
        !items.empty() && items.size() <= few &&
        std::all_of(items.begin(), items.end(), [](const JsonValue &item) {
            return item.kind == JsonValue::Kind::Number || item.kind == JsonValue::Kind::Text;
        });
    if (!fewAndPlain)
        return fmt::format("a list of {}", items.size());
    std::vector<std::string> all;
    for (const JsonValue &item : items)
        all.push_back(item.shown());
    return fmt::format("[{}]", fmt::join(all, ", "));
}

} // namespace

const JsonValue *JsonValue::member(std::string_view key) const
{
    const auto found = std::find(keys.begin(), keys.end(), key);
    return found == keys.end() ? nullptr : &items[static_cast<std::size_t>(found - keys.begin())];
}

std::string JsonValue::shown() const
{
    switch (kind) {
    case Kind::Boolean:
        return boolean ? "true" : "false";
    case Kind::Number:
        return printable(text, 40);
    case Kind::Text:
        return fmt::format("\"{}\"", printable(text, 60));
    case Kind::List:
        return shownList(items);
    case Kind::Object:
        return "an object";
    case Kind::Null:
        break;
    }
    return "null";
}

Result<JsonValue> parseJson(std::string_view text)
{
    text = withoutByteOrderMark(text);
    if (text.substr(0, 2) == "\xFF\xFE" || text.substr(0, 2) == "\xFE\xFF")
        return invalidArgument("line 1, column 1: the text is UTF-16; save it as UTF-8");
    return Parser(text).parse();
}

} // namespace warmbench
