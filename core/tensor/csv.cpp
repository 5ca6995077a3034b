#include "tensor/csv.h"

#include "base/text.h"
#include "base/utf8.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <optional>

namespace warmbench {

namespace {

using Cells = std::vector<std::string>;

// The separator that the first line has outside quotes: tab before semicolon before comma, since
// commas also stand within numbers and texts.
char separatorOf(std::string_view text)
{
    bool quoted = false;
    bool semicolon = false;
    for (const char c : text) {
        if (c == '"')
            quoted = !quoted;
        else if (!quoted && c == '\t')
            return '\t';
        else if (!quoted && (c == '\n' || c == '\r'))
            break;
        semicolon = semicolon || (!quoted && c == ';');
    }
    return semicolon ? ';' : ',';
}

// Splits the text into rows of cells by RFC 4180; blanks around a cell and blank lines go.
class RowReader
{
public:
    RowReader(std::string_view text, char separator)
        : m_text(text)
        , m_separator(separator)
    {
    }

    // False at the end; error() tells of a quote that is never closed.
    bool next(Cells &cells)
    {
        for (;;) {
            if (m_text.empty())
                return false;
            cells.clear();
            ++m_row;
            bool more = true;
            while (more) {
                if (!cell(cells))
                    return false;
                more = !m_text.empty() && m_text.front() == m_separator;
                if (more)
                    m_text.remove_prefix(1);
            }
            endLine();
            if (cells.size() > 1 || !cells.front().empty())
                return true;
        }
    }
    std::size_t row() const { return m_row; }
    const std::optional<Error> &error() const { return m_error; }

private:
    bool cell(Cells &cells)
    {
        const auto start = m_text.find_first_not_of(m_separator == '\t' ? " " : " \t");
        if (start != std::string_view::npos && m_text[start] == '"') {
            m_text.remove_prefix(start + 1);
            return quotedCell(cells);
        }
        const std::array<char, 3> ends{m_separator, '\n', '\r'};
        const auto end = m_text.find_first_of(std::string_view(ends.data(), ends.size()));
        cells.emplace_back(trimmed(m_text.substr(0, end)));
        m_text.remove_prefix(end == std::string_view::npos ? m_text.size() : end);
        return true;
    }
    bool quotedCell(Cells &cells)
    {
        std::string content;
        for (;;) {
            const auto quote = m_text.find('"');
            if (quote == std::string_view::npos) {
                m_error = invalidArgument(fmt::format(
                    "The CSV has a quote in row {} that is never closed; add the closing \".",
                    m_row));
                return false;
            }
            content += m_text.substr(0, quote);
            m_text.remove_prefix(quote + 1);
            if (!m_text.starts_with('"'))
                break;
            content += '"';
            m_text.remove_prefix(1);
        }
        const std::array<char, 3> ends{m_separator, '\n', '\r'};
        const auto end = m_text.find_first_of(std::string_view(ends.data(), ends.size()));
        content += trimmed(m_text.substr(0, end));
        cells.push_back(std::move(content));
        m_text.remove_prefix(end == std::string_view::npos ? m_text.size() : end);
        return true;
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
    std::size_t m_row = 0;
    std::optional<Error> m_error;
};

std::optional<double> numberOf(std::string_view cell)
{
    if (cell.starts_with('+') && !cell.starts_with("+-"))
        cell.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (cell.empty() || error != std::errc() || end != cell.data() + cell.size())
        return std::nullopt;
    return value;
}

Error noNumber(const CsvTable &table, std::size_t row, std::size_t column, std::string_view cell)
{
    const std::string name = column < table.names.size()
                                 ? fmt::format(" (\"{}\")", printable(table.names[column], 40))
                                 : "";
    const bool comma = cell.find(',') != std::string_view::npos;
    return invalidArgument(fmt::format(
        "Row {}, column {}{} of the CSV is {}, which is no number; {}.", row, column + 1, name,
        cell.empty() ? "empty" : fmt::format("\"{}\"", printable(cell, 40)),
        comma ? "write decimals with a point" : "give a number such as 0.5, or nan"));
}

Result<void> addRow(CsvTable &table, const Cells &cells, std::size_t row)
{
    const std::size_t expected = !table.names.empty() ? table.names.size()
                                 : table.rows.empty() ? cells.size()
                                                      : table.rows.front().size();
    if (cells.size() != expected)
        return invalidArgument(fmt::format("Row {} of the CSV has {} cells, the rows before it {}; "
                                           "give all rows the same length.",
                                           row, cells.size(), expected));
    std::vector<double> numbers;
    numbers.reserve(cells.size());
    for (std::size_t column = 0; column < cells.size(); ++column) {
        const auto number = numberOf(cells[column]);
        if (!number)
            return noNumber(table, row, column, cells[column]);
        numbers.push_back(*number);
    }
    table.rows.push_back(std::move(numbers));
    return {};
}

void appendCell(std::string &out, std::string_view text)
{
    if (text.find_first_of(",;\t\"\r\n") == std::string_view::npos && trimmed(text) == text) {
        out += text;
        return;
    }
    out += '"';
    for (const char c : text)
        out.append(c == '"' ? 2 : 1, c);
    out += '"';
}

template <typename T>
void appendNumber(std::string &out, T value)
{
    if constexpr (std::is_same_v<T, Half>) {
        appendNumber(out, toFloat(value));
    } else {
        if constexpr (std::is_floating_point_v<T>) {
            if (std::isnan(value)) { // the sign of a NaN says nothing
                out += "nan";
                return;
            }
        }
        std::array<char, 32> text;
        out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr);
    }
}

} // namespace

Result<CsvTable> readCsv(std::string_view text)
{
    text = withoutByteOrderMark(text);
    const auto start = text.find_first_not_of("\r\n");
    RowReader reader(text, separatorOf(text.substr(start == std::string_view::npos ? 0 : start)));
    CsvTable table;
    Cells cells;
    bool first = true;
    while (reader.next(cells)) {
        const bool header =
            first && !std::all_of(cells.begin(), cells.end(), [](const std::string &cell) {
                return numberOf(cell).has_value();
            });
        first = false;
        if (header) {
            table.names = cells;
            continue;
        }
        if (auto added = addRow(table, cells, reader.row()); !added)
            return added.error();
    }
    if (reader.error())
        return *reader.error();
    if (!table.names.empty() && table.rows.empty())
        return invalidArgument(
            fmt::format("The CSV has no row of numbers; its only row (\"{}\", ...) "
                        "was taken for the names of the columns.",
                        printable(table.names.front(), 40)));
    if (table.rows.empty())
        return invalidArgument("The CSV has no rows; give one line of numbers a sample.");
    return table;
}

std::string writeCsv(const Tensor &tensor)
{
    const std::size_t rows =
        tensor.shape().empty() ? 1 : static_cast<std::size_t>(tensor.shape().front());
    const std::size_t columns = rows == 0 ? 0 : tensor.elementCount() / rows;
    std::string out;
    const auto table = [&](const auto &append) {
        for (std::size_t i = 0; i < rows * columns; ++i) {
            append(i);
            out += (i + 1) % columns == 0 ? '\n' : ',';
        }
    };
    if (tensor.dtype() == DType::String) {
        table([&](std::size_t i) { appendCell(out, tensor.strings()[i]); });
        return out;
    }
    withElementType(tensor.dtype(), [&](auto element) {
        using T = decltype(element);
        const auto *values = reinterpret_cast<const T *>(tensor.bytes().data());
        table([&](std::size_t i) { appendNumber(out, values[i]); });
    });
    return out;
}

} // namespace warmbench
