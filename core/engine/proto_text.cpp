#include "engine/proto_text.h"

#include "base/text.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <google/protobuf/io/tokenizer.h>

namespace warmbench {

namespace {

constexpr int deepest = 64;
constexpr std::size_t mostFields = 4'000'000; // each takes some 100 bytes here

class Parser
{
public:
    explicit Parser(std::string_view text)
        : m_text(text)
    {
    }

    Result<ProtoText> parse()
    {
        ProtoText root;
        const bool sound = message(root, '\0', 0);
        if (m_fields > mostFields)
            return failedPrecondition(fmt::format("it has more than {} fields", mostFields));
        if (!sound)
            return failedPrecondition(fmt::format("line {} is no protobuf text", line()));
        return root;
    }

private:
    void skipBlanks()
    {
        while (m_at < m_text.size()) {
            const char c = m_text[m_at];
            if (c == '#')
                m_at = std::min(m_text.find('\n', m_at), m_text.size());
            else if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',' || c == ';')
                ++m_at;
            else
                break;
        }
    }

    bool take(char wanted)
    {
        skipBlanks();
        const bool there = m_at < m_text.size() && m_text[m_at] == wanted;
        m_at += there ? 1 : 0;
        return there;
    }

    std::string word()
    {
        skipBlanks();
        const auto begin = m_at;
        constexpr std::string_view ends = " \t\r\n{}[]<>:,;#\"'";
        while (m_at < m_text.size() && ends.find(m_text[m_at]) == std::string_view::npos)
            ++m_at;
        return std::string(m_text.substr(begin, m_at - begin));
    }

    bool quoted(std::string &value)
    {
        const auto begin = m_at;
        const char quote = m_text[m_at++];
        while (m_at < m_text.size() && m_text[m_at] != quote)
            m_at += m_text[m_at] == '\\' ? 2 : 1;
        if (m_at >= m_text.size())
            return false;
        ++m_at;
        google::protobuf::io::Tokenizer::ParseStringAppend(
            std::string(m_text.substr(begin, m_at - begin)), &value);
        return true;
    }

    bool scalar(std::string &value)
    {
        skipBlanks();
        if (m_at >= m_text.size())
            return false;
        if (m_text[m_at] != '"' && m_text[m_at] != '\'') {
            value = word();
            return !value.empty();
        }
        // Adjacent strings are joined to one.
        while (m_at < m_text.size() && (m_text[m_at] == '"' || m_text[m_at] == '\'')) {
            if (!quoted(value))
                return false;
            skipBlanks();
        }
        return true;
    }

    // A message, or a list of them, needs no colon before it.
    bool opensMessage()
    {
        const auto begin = m_at;
        take('[');
        skipBlanks();
        const bool opens = m_at < m_text.size() && (m_text[m_at] == '{' || m_text[m_at] == '<');
        m_at = begin;
        return opens;
    }

    bool list(ProtoText &parent, const std::string &name, int depth)
    {
        while (!take(']')) {
            if (!value(parent, name, depth))
                return false;
        }
        return true;
    }

    bool value(ProtoText &parent, const std::string &name, int depth)
    {
        if (++m_fields > mostFields)
            return false;
        ProtoText field{.name = name, .value = {}, .fields = {}};
        const bool sound = take('{')   ? message(field, '}', depth + 1)
                           : take('<') ? message(field, '>', depth + 1)
                                       : scalar(field.value);
        parent.fields.push_back(std::move(field));
        return sound;
    }

    bool message(ProtoText &parent, char close, int depth)
    {
        if (depth > deepest)
            return false;
        for (;;) {
            skipBlanks();
            if (m_at >= m_text.size())
                return close == '\0';
            if (close != '\0' && take(close))
                return true;
            const std::string name = word();
            if (name.empty())
                return false;
            const bool colon = take(':');
            skipBlanks();
            if (!colon && !opensMessage())
                return false;
            const bool sound = take('[') ? list(parent, name, depth) : value(parent, name, depth);
            if (!sound)
                return false;
        }
    }

    std::ptrdiff_t line() const
    {
        const auto read = m_text.substr(0, m_at);
        return std::count(read.begin(), read.end(), '\n') + 1;
    }

    std::string_view m_text;
    std::size_t m_at = 0;
    std::size_t m_fields = 0;
};

} // namespace

std::vector<const ProtoText *> ProtoText::all(std::string_view field) const
{
    std::vector<const ProtoText *> found;
    for (const ProtoText &one : fields) {
        if (one.name == field)
            found.push_back(&one);
    }
    return found;
}

const ProtoText *ProtoText::first(std::string_view field) const
{
    const auto found = all(field);
    return found.empty() ? nullptr : found.front();
}

std::string ProtoText::text(std::string_view field) const
{
    const ProtoText *found = first(field);
    return found ? found->value : std::string();
}

std::vector<std::int64_t> ProtoText::numbers(std::string_view field) const
{
    std::vector<std::int64_t> found;
    for (const ProtoText *one : all(field)) {
        std::int64_t number = 0;
        const char *end = one->value.data() + one->value.size();
        if (std::from_chars(one->value.data(), end, number).ptr == end && !one->value.empty())
            found.push_back(number);
    }
    return found;
}

Result<ProtoText> parseProtoText(std::string_view text)
{
    return Parser(text).parse();
}

} // namespace warmbench
