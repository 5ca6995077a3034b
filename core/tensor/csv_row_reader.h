// Splits text into rows of cells by RFC 4180. Private to this room. Thread: any; one reader belongs
// to one thread. Cost: each character is looked at once.
#pragma once

#include "base/result.h"
#include "base/text.h"

#include <array>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>

namespace warmbench {

// The separator of a table's first line. A tab wins over a semicolon, and that over a comma,
// because commas also occur within numbers and texts.
char csvSeparator(std::string_view text);

// Blanks around cells and blank lines are dropped.
class CsvRowReader
{
public:
    CsvRowReader(std::string_view text, char separator)
        : m_text(text)
        , m_separator(separator)
    {
    }

    // Gives each cell of the next row to `take`, with its column from 0. False at the end; error()
    // then says whether a quote was never closed.
    template <typename Take>
    bool next(const Take &take)
    {
        while (!m_text.empty()) {
            ++m_number;
            const std::string_view from = m_text;
            bool more = true;
            bool blank = false;
            for (m_columns = 0; more; ++m_columns) {
                if (!cell())
                    return false;
                more = m_text.starts_with(m_separator);
                if (more)
                    m_text.remove_prefix(1);
                blank = m_columns == 0 && !more && m_cell.empty();
                if (!blank)
                    take(m_columns, std::string_view(m_cell));
            }
            m_row = from.substr(0, from.size() - m_text.size());
            endLine();
            if (!blank)
                return true;
        }
        return false;
    }
    std::string_view row() const { return m_row; }
    std::string_view rest() const { return m_text; } // what was not read yet
    std::size_t columns() const { return m_columns; }
    std::size_t number() const { return m_number; } // from 1, blank lines too
    const std::optional<Error> &error() const { return m_error; }

private:
    bool cell()
    {
        const auto start = m_text.find_first_not_of(m_separator == '\t' ? " " : " \t");
        if (start != std::string_view::npos && m_text[start] == '"') {
            m_text.remove_prefix(start + 1);
            return quotedCell();
        }
        m_cell = trimmed(takenToItsEnd());
        return true;
    }
    bool quotedCell()
    {
        m_cell.clear();
        for (;;) {
            const auto quote = m_text.find('"');
            if (quote == std::string_view::npos) {
                m_error = invalidArgument(fmt::format(
                    "The CSV has a quote in row {} that is never closed; add the closing \".",
                    m_number));
                return false;
            }
            m_cell += m_text.substr(0, quote);
            m_text.remove_prefix(quote + 1);
            if (!m_text.starts_with('"'))
                break;
            m_cell += '"';
            m_text.remove_prefix(1);
        }
        m_cell += trimmed(takenToItsEnd());
        return true;
    }
    std::string_view takenToItsEnd()
    {
        const std::array<char, 3> ends{m_separator, '\n', '\r'};
        const auto end = m_text.find_first_of(std::string_view(ends.data(), ends.size()));
        const std::string_view taken = m_text.substr(0, end);
        m_text.remove_prefix(taken.size());
        return taken;
    }
    void endLine()
    {
        if (m_text.starts_with("\r\n"))
            m_text.remove_prefix(2);
        else if (!m_text.empty())
            m_text.remove_prefix(1);
    }

    std::string_view m_text;
    char m_separator;
    std::string m_cell;
    std::string_view m_row;
    std::size_t m_columns = 0;
    std::size_t m_number = 0;
    std::optional<Error> m_error;
};

} // namespace warmbench
