#include "tensor/csv.h"

#include "base/text.h"
#include "base/utf8.h"
#include "tensor/csv_row_reader.h"
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

Error otherLength(const CsvTable &table, std::size_t row, std::size_t columns)
{
    return invalidArgument(
        fmt::format("Row {} of the CSV has {} cells, {} {}; give all rows the same length.",
                    table.rows[row].number, columns,
                    table.names.empty() ? "the rows before it" : "its header", table.columns));
}

} // namespace

char csvSeparator(std::string_view text)
{
    const auto start = text.find_first_not_of("\r\n");
    return separatorOf(text.substr(start == std::string_view::npos ? 0 : start));
}

std::optional<double> csvNumber(std::string_view cell)
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

std::string CsvPlace::text() const
{
    const std::string name =
        column < names.size() ? fmt::format(" (\"{}\")", printable(names[column], 40)) : "";
    const std::string of = row == 0 ? "Column" : fmt::format("Row {}, column", row);
    return fmt::format("{} {}{} of the CSV", of, column + 1, name);
}

CsvPlace placeIn(const CsvTable &table, std::size_t row, std::size_t column)
{
    return {table.names, table.rows.size() == 1 ? 0 : table.rows[row].number, column};
}

Error noCsvNumber(const CsvPlace &place, std::string_view cell)
{
    const bool comma = cell.find(',') != std::string_view::npos;
    return invalidArgument(
        fmt::format("{} is {}, which is no number; {}.", place.text(),
                    cell.empty() ? "empty" : fmt::format("\"{}\"", printable(cell, 40)),
                    comma ? "write decimals with a point" : "give a number such as 0.5, or nan"));
}

bool looksLikeCsv(std::string_view text, bool textsAlone)
{
    constexpr std::size_t most = std::size_t(1) << 20;
    text = withoutByteOrderMark(text).substr(0, most);
    CsvRowReader reader(text, csvSeparator(text));
    bool number = false;
    bool binary = false;
    const auto look = [&](std::size_t, std::string_view cell) {
        number = number || csvNumber(cell);
        binary = binary || std::any_of(cell.begin(), cell.end(), [](unsigned char c) {
                     return c < ' ' && c != '\t' && c != '\r' && c != '\n';
                 });
    };
    for (int row = 0; row < 2 && (textsAlone || !number) && !binary; ++row)
        reader.next(look);
    return (number || textsAlone) && !binary;
}

Result<CsvTable> readCsv(std::string_view text)
{
    text = withoutByteOrderMark(text);
    CsvTable table;
    table.separator = csvSeparator(text);
    CsvRowReader reader(text, table.separator);
    bool numbers = false;
    const auto look = [&](std::size_t, std::string_view cell) {
        numbers = numbers || csvNumber(cell);
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
    CsvRowReader(table.header, table.separator)
        .next([&](std::size_t column, std::string_view cell) {
            if (column < mostCsvNames)
                table.names.emplace_back(cell);
        });
    if (!table.names.empty() && table.rows.empty())
        return invalidArgument(
            fmt::format("The CSV has no row of values; its only row (\"{}\", ...) "
                        "was taken for the names of the columns.",
                        printable(table.names.front(), 40)));
    if (table.rows.empty())
        return invalidArgument("The CSV has no rows; give one line of numbers a sample.");
    return table;
}

Result<std::vector<std::string>> csvCells(const CsvTable &table, std::size_t row)
{
    std::vector<std::string> cells;
    CsvRowReader reader(table.rows[row].text, table.separator);
    reader.next([&](std::size_t, std::string_view cell) { cells.emplace_back(cell); });
    if (reader.columns() != table.columns)
        return otherLength(table, row, reader.columns());
    return cells;
}

Result<std::vector<double>> csvNumbers(const CsvTable &table, std::size_t row)
{
    std::vector<double> numbers;
    std::optional<Error> error;
    CsvRowReader reader(table.rows[row].text, table.separator);
    reader.next([&](std::size_t column, std::string_view cell) {
        const auto number = csvNumber(cell);
        if (number)
            numbers.push_back(*number);
        else if (!error)
            error = noCsvNumber(placeIn(table, row, column), cell);
    });
    if (reader.columns() != table.columns)
        return otherLength(table, row, reader.columns());
    if (error)
        return *std::move(error);
    return numbers;
}

void appendCsvCell(std::string &out, std::string_view text)
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
        table([&](std::size_t i) { appendCsvCell(out, tensor.strings()[i]); });
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
