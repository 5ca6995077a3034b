#include "tensor/csv_stream.h"

#include "base/utf8.h"
#include "tensor/csv.h"
#include "tensor/csv_row_reader.h"

#include <algorithm>
#include <fmt/format.h>

namespace warmbench {

namespace {

constexpr std::size_t pieceBytes = std::size_t(256) << 10;

bool hasNumber(const std::vector<std::string> &cells)
{
    return std::any_of(cells.begin(), cells.end(),
                       [](const std::string &cell) { return csvNumber(cell).has_value(); });
}

} // namespace

CsvStream::CsvStream(More more, Bytes longestRow)
    : m_more(std::move(more))
    , m_longest(longestRow)
{
}

Result<bool> CsvStream::next()
{
    auto line = nextLine();
    if (!line)
        return line;
    const bool first = m_columns == 0;
    if (first && *line) {
        m_columns = m_cells.size();
        if (!hasNumber(m_cells)) {
            m_names = std::exchange(m_cells, {});
            line = nextLine();
            if (!line)
                return line;
        }
    }
    if (!*line && m_row == 0)
        return m_names.empty()
                   ? invalidArgument("The CSV has no rows; give one line of numbers a sample.")
                   : invalidArgument(fmt::format("The CSV has no row of values; its only row "
                                                 "(\"{}\", ...) was taken for the names of the "
                                                 "columns.",
                                                 printable(m_names.front(), 40)));
    if (!*line)
        return false;
    if (m_cells.size() != m_columns)
        return invalidArgument(fmt::format(
            "Row {} of the CSV has {} cells, {} {}; give all rows the same length.", m_line,
            m_cells.size(), m_names.empty() ? "the rows before it" : "its header", m_columns));
    ++m_row;
    return true;
}

// A row is complete where something follows it, else more of it may come.
Result<bool> CsvStream::nextLine()
{
    for (;;) {
        if (m_columns == 0)
            m_separator = csvSeparator(rest());
        CsvRowReader reader(rest(), m_separator);
        m_cells.clear();
        const bool found =
            reader.next([this](std::size_t, std::string_view cell) { m_cells.emplace_back(cell); });
        const bool complete = found && !reader.rest().empty();
        auto more = complete ? Result<bool>(false) : read();
        if (!more)
            return more;
        if (*more)
            continue;
        if (reader.error())
            return invalidArgument(fmt::format(
                "The CSV has a quote in row {} that is never closed; add the closing \".",
                m_line + reader.number()));
        m_line += reader.number();
        m_from = m_text.size() - reader.rest().size();
        return found;
    }
}

Result<bool> CsvStream::read()
{
    if (m_text.size() - m_from > static_cast<std::size_t>(m_longest.count))
        return Error{ErrorCode::ResourceExhausted,
                     fmt::format("Row {} of the CSV is longer than {}; close its quotes, or allow "
                                 "more with --max-body.",
                                 m_line + 1, toText(m_longest))};
    m_text.erase(0, std::exchange(m_from, 0));
    const std::size_t before = m_text.size();
    if (auto done = m_more(m_text, std::max(pieceBytes, before)); !done)
        return std::move(done).error();
    const bool more = m_text.size() > before;
    if (!std::exchange(m_begun, true))
        m_text.erase(0, m_text.size() - withoutByteOrderMark(m_text).size());
    return more;
}

std::string CsvStream::rowAlone() const
{
    return (m_names.empty() ? std::string() : csvLine(m_names)) + csvLine(m_cells);
}

std::string csvLine(const std::vector<std::string> &cells)
{
    std::string line;
    for (const std::string &cell : cells) {
        line += &cell == &cells.front() ? "" : ",";
        appendCsvCell(line, cell);
    }
    return line + '\n';
}

} // namespace warmbench
