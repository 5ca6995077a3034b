#include "tensor/csv.h"

#include "base/text.h"
#include "base/utf8.h"
#include "tensor/json_scan.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <optional>

namespace warmbench {

namespace {

// The separator in the first line outside quotes. A tab wins over a semicolon, and that over a
// comma, because commas also occur within numbers and texts.
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

// Splits the text into rows of cells by RFC 4180; blanks around cells and blank lines are dropped.
class RowReader
{
public:
    RowReader(std::string_view text, char separator)
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

std::optional<double> numberOf(std::string_view cell)
{
    if (cell.starts_with('+') && !cell.starts_with("+-"))
        cell.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (error == std::errc::result_out_of_range) // what is too small is 0, as in JSON
        return numberFromJson(cell);
    if (cell.empty() || error != std::errc() || end != cell.data() + cell.size())
        return std::nullopt;
    return value;
}

Error noNumber(const CsvTable &table, std::size_t row, std::size_t column, std::string_view cell)
{
    const std::string name = column < table.names.size()
                                 ? fmt::format(" (\"{}\")", printable(table.names[column], 40))
                                 : "";
    const bool alone = table.rows.size() == 1;
    const bool comma = cell.find(',') != std::string_view::npos;
    return invalidArgument(fmt::format(
        "{} {}{} of the CSV is {}, which is no number; {}.",
        alone ? "Column" : fmt::format("Row {}, column", table.rows[row].number), column + 1, name,
        cell.empty() ? "empty" : fmt::format("\"{}\"", printable(cell, 40)),
        comma ? "write decimals with a point" : "give a number such as 0.5, or nan"));
}

char separatorOfTable(std::string_view text)
{
    const auto start = text.find_first_not_of("\r\n");
    return separatorOf(text.substr(start == std::string_view::npos ? 0 : start));
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
            if (std::isnan(value)) { // the sign of a NaN means nothing
                out += "nan";
                return;
            }
        }
        std::array<char, 32> text;
        out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr);
    }
}

} // namespace

bool looksLikeCsv(std::string_view text)
{
    constexpr std::size_t most = std::size_t(1) << 20;
    text = withoutByteOrderMark(text).substr(0, most);
    RowReader reader(text, separatorOfTable(text));
    bool number = false;
    bool binary = false;
    const auto look = [&](std::size_t, std::string_view cell) {
        number = number || numberOf(cell);
        binary = binary || std::any_of(cell.begin(), cell.end(), [](unsigned char c) {
                     return c < ' ' && c != '\t' && c != '\r' && c != '\n';
                 });
    };
    for (int row = 0; row < 2 && !number && !binary; ++row)
        reader.next(look);
    return number && !binary;
}

Result<CsvTable> readCsv(std::string_view text)
{
    text = withoutByteOrderMark(text);
    CsvTable table;
    table.separator = separatorOfTable(text);
    RowReader reader(text, table.separator);
    bool numbers = false;
    const auto look = [&](std::size_t, std::string_view cell) {
        numbers = numbers || numberOf(cell);
    };
    const auto skip = [](std::size_t, std::string_view) {};
    for (bool more = reader.next(look); more; more = reader.next(skip)) {
        const bool first = table.columns == 0;
        if (first)
            table.columns = reader.columns();
        if (first && !numbers)
            table.header = reader.row();
        else
            table.rows.push_back({reader.row(), reader.number()});
    }
    if (reader.error())
        return *reader.error();
    RowReader(table.header, table.separator).next([&](std::size_t column, std::string_view cell) {
        if (column < mostCsvNames)
            table.names.emplace_back(cell);
    });
    if (!table.names.empty() && table.rows.empty())
        return invalidArgument(
            fmt::format("The CSV has no row of numbers; its only row (\"{}\", ...) "
                        "was taken for the names of the columns.",
                        printable(table.names.front(), 40)));
    if (table.rows.empty())
        return invalidArgument("The CSV has no rows; give one line of numbers a sample.");
    return table;
}

Result<std::vector<double>> csvNumbers(const CsvTable &table, std::size_t row)
{
    std::vector<double> numbers;
    std::optional<Error> error;
    RowReader reader(table.rows[row].text, table.separator);
    reader.next([&](std::size_t column, std::string_view cell) {
        const auto number = numberOf(cell);
        if (number)
            numbers.push_back(*number);
        else if (!error)
            error = noNumber(table, row, column, cell);
    });
    if (reader.columns() != table.columns)
        return invalidArgument(
            fmt::format("Row {} of the CSV has {} cells, {} {}; give all rows the same length.",
                        table.rows[row].number, reader.columns(),
                        table.names.empty() ? "the rows before it" : "its header", table.columns));
    if (error)
        return *std::move(error);
    return numbers;
}

std::string csvRowAlone(const CsvTable &table, std::size_t row)
{
    std::string alone(table.header);
    alone += alone.empty() ? "" : "\n";
    alone += table.rows[row].text;
    return alone + '\n';
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
