#include "model/understanding/python_literal.h"

#include "base/text.h"
#include "base/utf8.h"

#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <optional>

namespace warmbench {

namespace {

constexpr int deepest = 16;
constexpr std::size_t mostValues = 200'000; // names of classes, with room

class LiteralReader
{
public:
    explicit LiteralReader(std::string_view text)
        : m_text(text)
    {
    }

    Result<JsonValue> read()
    {
        auto read = value(0);
        skipSpace();
        if (read && m_at < m_text.size())
            return wrong("the end");
        return read;
    }

private:
    Error wrong(std::string_view expected) const
    {
        const std::string found =
            m_at < m_text.size() ? '"' + printable(m_text.substr(m_at), 20) + '"' : "the end";
        return invalidArgument(
            fmt::format("column {}: expected {}, found {}", columnOf(m_at), expected, found));
    }
    std::size_t columnOf(std::size_t at) const
    {
        return codePointsOf(m_text.substr(0, at)).size() + 1;
    }

    void skipSpace()
    {
        while (m_at < m_text.size() &&
               std::string_view(" \t\r\n\f").find(m_text[m_at]) != std::string_view::npos)
            ++m_at;
    }
    bool take(char sign)
    {
        skipSpace();
        if (m_at >= m_text.size() || m_text[m_at] != sign)
            return false;
        ++m_at;
        return true;
    }
    bool takeWord(std::string_view word)
    {
        if (!m_text.substr(m_at).starts_with(word))
            return false;
        m_at += word.size();
        return true;
    }

    Result<JsonValue> value(int depth)
    {
        skipSpace();
        if (depth > deepest || ++m_values > mostValues)
            return wrong(fmt::format("at most {} levels and {} values", deepest, mostValues));
        const std::size_t at = m_at;
        auto read = unplaced(depth);
        if (read)
            read->column = static_cast<int>(at) + 1;
        return read;
    }

    Result<JsonValue> unplaced(int depth)
    {
        if (take('{'))
            return dictionary(depth);
        if (take('['))
            return list(']', depth);
        if (take('('))
            return list(')', depth);
        JsonValue read;
        if (takeWord("None"))
            return read;
        read.kind = JsonValue::Kind::Boolean;
        read.boolean = takeWord("True");
        if (read.boolean || takeWord("False"))
            return read;
        if (m_at < m_text.size() && (m_text[m_at] == '\'' || m_text[m_at] == '"'))
            return text();
        return number();
    }

    Result<JsonValue> list(char end, int depth)
    {
        JsonValue read;
        read.kind = JsonValue::Kind::List;
        while (!take(end)) {
            auto item = value(depth + 1);
            if (!item)
                return item;
            read.items.push_back(*std::move(item));
            if (take(','))
                continue;
            if (take(end))
                break;
            return wrong(fmt::format("a comma or \"{}\"", end));
        }
        return read;
    }

    Result<JsonValue> dictionary(int depth)
    {
        JsonValue read;
        read.kind = JsonValue::Kind::Object;
        while (!take('}')) {
            auto key = value(depth + 1);
            if (!key)
                return key;
            if (key->kind != JsonValue::Kind::Text && key->kind != JsonValue::Kind::Number)
                return wrong("a key that is a text or a number");
            if (!take(':'))
                return wrong("a colon");
            auto item = value(depth + 1);
            if (!item)
                return item;
            read.keys.push_back(std::move(key->text));
            read.items.push_back(*std::move(item));
            if (take(','))
                continue;
            if (take('}'))
                break;
            return wrong("a comma or \"}\"");
        }
        return read;
    }

    Result<JsonValue> number()
    {
        const std::size_t from = m_at;
        while (m_at < m_text.size() &&
               std::string_view("+-.0123456789eE").find(m_text[m_at]) != std::string_view::npos)
            ++m_at;
        JsonValue read;
        read.kind = JsonValue::Kind::Number;
        read.text = m_text.substr(from, m_at - from);
        const auto [end, error] =
            std::from_chars(read.text.data(), read.text.data() + read.text.size(), read.number);
        if (error != std::errc() || end != read.text.data() + read.text.size() ||
            !std::isfinite(read.number)) {
            m_at = from;
            return wrong("a text, number, list or dictionary");
        }
        return read;
    }

    Result<JsonValue> text()
    {
        const char quote = m_text[m_at++];
        JsonValue read;
        read.kind = JsonValue::Kind::Text;
        while (m_at < m_text.size() && m_text[m_at] != quote) {
            if (m_text[m_at] != '\\') {
                read.text += m_text[m_at++];
                continue;
            }
            ++m_at;
            if (!escape(read.text))
                return wrong("an escape as Python writes it");
        }
        if (m_at >= m_text.size())
            return wrong("the closing quote");
        ++m_at;
        return read;
    }

    // What stands behind a backslash (section 2.4.1 of the reference).
    bool escape(std::string &text)
    {
        if (m_at >= m_text.size())
            return false;
        const char sign = m_text[m_at++];
        constexpr std::string_view names = "nrtabfv0\\'\"";
        constexpr std::string_view signs("\n\r\t\a\b\f\v\0\\'\"", 11);
        if (const auto at = names.find(sign); at != std::string_view::npos) {
            text += signs[at];
            return true;
        }
        const int digits = sign == 'x' ? 2 : sign == 'u' ? 4 : sign == 'U' ? 8 : 0;
        const auto written = m_text.substr(m_at, static_cast<std::size_t>(digits));
        std::uint32_t point = 0;
        const auto [end, error] =
            std::from_chars(written.data(), written.data() + written.size(), point, 16);
        if (digits == 0 || error != std::errc() || end != written.data() + digits)
            return false;
        m_at += static_cast<std::size_t>(digits);
        appendUtf8(text, point);
        return true;
    }

    std::string_view m_text;
    std::size_t m_at = 0;
    std::size_t m_values = 0;
};

} // namespace

Result<JsonValue> parsePythonLiteral(std::string_view text)
{
    return LiteralReader(text).read();
}

} // namespace warmbench
