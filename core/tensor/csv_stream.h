// Reads a table row by row from text that comes in pieces, so that a long one takes no more memory
// than its longest row. Means the same as readCsv() of the whole text.
// Thread: one object belongs to one thread. Cost: each character is looked at about twice.
#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warmbench {

class CsvStream
{
public:
    // Appends about so many bytes of the text; appends nothing at its end.
    using More = std::function<Result<void>(std::string &text, std::size_t about)>;

    CsvStream(More more, Bytes longestRow);

    // Goes to the next row; false after the last one. InvalidArgument: a quote that is never
    // closed, a row of another length than the first, no rows at all; ResourceExhausted: a row that
    // is longer than allowed. Errors of `more`.
    Result<bool> next();

    // The header, empty if there is none: it is a first row in which no cell is a number.
    const std::vector<std::string> &names() const { return m_names; }
    const std::vector<std::string> &cells() const { return m_cells; }
    std::size_t row() const { return m_row; }   // from 1, without header and blank lines
    std::size_t line() const { return m_line; } // from 1, with them
    // A table of its own with the header and only this row, separated by commas.
    std::string rowAlone() const;

private:
    Result<bool> nextLine();
    Result<bool> read(); // false at the end of the text
    std::string_view rest() const { return std::string_view(m_text).substr(m_from); }

    More m_more;
    Bytes m_longest;
    std::string m_text;
    std::size_t m_from = 0; // of the next row
    bool m_begun = false;
    char m_separator = ',';
    std::vector<std::string> m_names;
    std::vector<std::string> m_cells;
    std::size_t m_columns = 0;
    std::size_t m_line = 0; // from 1, blank lines too
    std::size_t m_row = 0;
};

// The cells as a line of a CSV, with its end.
std::string csvLine(const std::vector<std::string> &cells);

} // namespace warmbench
