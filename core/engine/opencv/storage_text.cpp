#include "engine/opencv/storage_text.h"

#include "base/utf8.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <vector>

namespace warmbench {

namespace {

constexpr std::size_t deepest = 100;

Error tooDeep()
{
    return failedPrecondition(fmt::format("it nests deeper than {} levels", deepest));
}

bool isWordPart(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '+' ||
           c == '-';
}

// ---- XML: each open tag is a level ----

class XmlDepth
{
public:
    explicit XmlDepth(std::string_view text)
        : m_text(text)
    {
    }

    Result<void> check()
    {
        while ((m_at = m_text.find('<', m_at)) != std::string_view::npos) {
            if (m_text.substr(m_at).starts_with("<!--"))
                m_at = std::min(m_text.find("-->", m_at), m_text.size());
            else if (!tag())
                return tooDeep();
        }
        return {};
    }

private:
    // Reads a tag from '<' to '>'; the quoted value of an attribute may hold either character.
    bool tag()
    {
        const char kind = m_at + 1 < m_text.size() ? m_text[m_at + 1] : '>';
        char quote = '\0';
        for (++m_at; m_at < m_text.size(); ++m_at) {
            const char c = m_text[m_at];
            if (quote == '\0' && c == '>')
                break;
            if (c == quote)
                quote = '\0';
            else if (quote == '\0' && (c == '"' || c == '\''))
                quote = c;
        }
        if (kind == '/')
            m_depth -= m_depth > 0 ? 1 : 0;
        else if (kind != '?' && kind != '!')
            ++m_depth;
        return m_depth <= deepest;
    }

    std::string_view m_text;
    std::size_t m_at = 0;
    std::size_t m_depth = 0;
};

// ---- JSON, with the comments that OpenCV allows and with keys without escapes ----

class JsonDepth
{
public:
    explicit JsonDepth(std::string_view text)
        : m_text(text)
    {
    }

    Result<void> check()
    {
        for (; m_at < m_text.size(); ++m_at) {
            const char c = m_text[m_at];
            if (c == '/')
                comment();
            else if (c == '"')
                string();
            else if (!bracket(c))
                return tooDeep();
        }
        return {};
    }

private:
    bool bracket(char c)
    {
        if (c == '{' || c == '[') {
            m_open.push_back(c);
            m_keyNext = c == '{';
        } else if (c == '}' || c == ']') {
            if (!m_open.empty())
                m_open.pop_back();
            m_keyNext = false;
        } else if (c == ',') {
            m_keyNext = !m_open.empty() && m_open.back() == '{';
        } else if (c == ':') {
            m_keyNext = false;
        }
        return m_open.size() <= deepest;
    }

    void comment()
    {
        const auto rest = m_text.substr(m_at);
        if (rest.starts_with("//"))
            m_at = std::min(m_text.find('\n', m_at), m_text.size());
        else if (rest.starts_with("/*"))
            m_at = std::min(m_text.find("*/", m_at + 2), m_text.size() - 1) + 1;
    }

    void string()
    {
        for (++m_at; m_at < m_text.size() && m_text[m_at] != '"'; ++m_at) {
            if (m_text[m_at] == '\\' && !m_keyNext)
                ++m_at;
        }
    }

    std::string_view m_text;
    std::size_t m_at = 0;
    std::string m_open;
    bool m_keyNext = false;
};

// ---- YAML: blocks are told apart by their columns, lists in brackets have a strict grammar ----

class YamlDepth
{
public:
    explicit YamlDepth(std::string_view text)
        : m_text(text)
    {
    }

    Result<void> check()
    {
        while (m_at < m_text.size()) {
            if (auto done = line(); !done)
                return done;
        }
        return {};
    }

private:
    char here() const { return m_at < m_text.size() ? m_text[m_at] : '\0'; }
    bool take(char c)
    {
        const bool there = here() == c;
        m_at += there ? 1 : 0;
        return there;
    }
    void skipBlanks()
    {
        while (here() == ' ' || here() == '\n' || here() == '\r' || here() == '\t')
            ++m_at;
    }

    // Reads one line outside of brackets. A collection inside another begins in a later column, and
    // begins with a '-' or has a ':' after its first key.
    Result<void> line()
    {
        const std::size_t begin = m_at;
        while (here() == ' ')
            ++m_at;
        const std::size_t indent = m_at - begin;
        if (here() != '\n' && here() != '\r' && here() != '#') {
            while (!m_columns.empty() && m_columns.back() >= indent)
                m_columns.pop_back();
            m_columns.push_back(indent);
        }
        for (; m_at < m_text.size() && here() != '\n'; ++m_at) {
            const char c = here();
            if (c == ':' || c == '-')
                m_columns.push_back(m_at - begin + indent + 1);
            if (m_columns.size() > deepest)
                return tooDeep();
            if (c == '[' || c == '{') {
                if (auto done = list(); !done)
                    return done;
                --m_at; // the loop itself steps over the last bracket
            }
        }
        take('\n');
        return {};
    }

    Result<void> list()
    {
        const std::size_t outside = m_columns.size();
        std::string open;
        do {
            skipBlanks();
            const char c = here();
            if (c == '[' || c == '{') {
                open.push_back(c);
                ++m_at;
            } else if (c == ']' || c == '}') {
                if (open.back() != (c == ']' ? '[' : '{'))
                    return strange();
                open.pop_back();
                ++m_at;
            } else if (!element(open.back() == '{')) {
                return strange();
            }
            if (outside + open.size() > deepest)
                return tooDeep();
        } while (!open.empty());
        return {};
    }

    // Reads a comma, a value, or a key with its colon.
    bool element(bool inMap)
    {
        if (take(','))
            return true;
        if (here() == '"' || here() == '\'')
            return quoted();
        const std::size_t begin = m_at;
        while (isWordPart(here()))
            ++m_at;
        if (m_at == begin)
            return false;
        const std::size_t end = m_at;
        while (here() == ' ')
            ++m_at;
        if (here() == ':')
            return inMap && take(':');
        // A value must end here; after a space OpenCV would read on.
        const char next = here();
        m_at = end;
        return next == ',' || next == ']' || next == '}' || next == '\n' || next == '\r';
    }

    bool quoted()
    {
        const char quote = here();
        for (++m_at; here() != quote; ++m_at) {
            if (here() == '\\' || here() == '\n' || here() == '\0')
                return false;
        }
        ++m_at;
        return here() != quote; // OpenCV would take a doubled quote as part of the text
    }

    Error strange() const
    {
        const auto read = m_text.substr(0, m_at);
        return failedPrecondition(
            fmt::format("line {} has a list that OpenCV's own files do not have",
                        std::count(read.begin(), read.end(), '\n') + 1));
    }

    std::string_view m_text;
    std::size_t m_at = 0;
    std::vector<std::size_t> m_columns; // the columns where the open blocks begin
};

std::optional<Error> strangeCharacters(std::string_view text)
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        const bool lineEnd = c == '\n' || (c == '\r' && text.substr(i).starts_with("\r\n"));
        if (c < 0x20 && c != '\t' && !lineEnd)
            return failedPrecondition("it has control characters");
    }
    for (const char *mark : {"\"binary\"", "'binary'", "!binary", "binary>", "$base64$"}) {
        if (text.find(mark) != std::string_view::npos)
            return failedPrecondition("it holds numbers as base64, which is not read here");
    }
    return std::nullopt;
}

} // namespace

Result<void> checkStorageText(std::string_view text)
{
    text = withoutByteOrderMark(text);
    if (auto problem = strangeCharacters(text))
        return *std::move(problem);
    // OpenCV chooses the format by these beginnings alone.
    if (text.starts_with("<?xml"))
        return XmlDepth(text).check();
    if (text.starts_with('{'))
        return JsonDepth(text).check();
    if (text.starts_with("%YAML"))
        return YamlDepth(text).check();
    return failedPrecondition("it begins with neither <?xml, %YAML nor {");
}

} // namespace warmbench
