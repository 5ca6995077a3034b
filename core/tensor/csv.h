// Rows of numbers and texts as people paste them: separated by comma, semicolon or tab, with an
// optional header of names and quotes as in RFC 4180. A table is split into its rows first; each is
// read in its turn, so that a long one takes no more memory than its text. Thread: any; pure
// functions.
#pragma once

#include "base/result.h"
#include "tensor/tensor.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warmbench {

// A name takes more memory than its text, and no model has so many features.
inline constexpr std::size_t mostCsvNames = 65'536;

struct CsvRow
{
    std::string_view text;
    std::size_t number = 0; // from 1, the line in an editor, unless a cell has several lines
};

// Its views live as long as the text.
struct CsvTable
{
    // Of the first columns, mostCsvNames at most. Empty without a header, which is a first row in
    // which no cell is a number.
    std::vector<std::string> names;
    std::string_view header; // as it is written in the text
    std::vector<CsvRow> rows;
    std::size_t columns = 0;
    char separator = ',';
};

// True if a cell of the first two rows is a number, or texts alone are expected too, and these rows
// have no characters that text never has.
bool looksLikeCsv(std::string_view text, bool textsAlone = false);

// InvalidArgument: no rows of numbers, or a quote that is never closed.
Result<CsvTable> readCsv(std::string_view text);
// The texts of the cells. InvalidArgument: the row has another length than the first.
Result<std::vector<std::string>> csvCells(const CsvTable &table, std::size_t row);
// nan and inf are numbers. InvalidArgument: as csvCells(), or a cell that is no number, with its
// row and column.
Result<std::vector<double>> csvNumbers(const CsvTable &table, std::size_t row);

// A cell, for sentences.
struct CsvPlace
{
    const std::vector<std::string> &names; // of the columns
    std::size_t row = 0;                   // its number from 1; 0 if it is the only one
    std::size_t column = 0;                // from 0
    std::string text() const;              // `Row 3, column 2 ("age") of the CSV`
};
CsvPlace placeIn(const CsvTable &table, std::size_t row, std::size_t column);
std::optional<double> csvNumber(std::string_view cell);
Error noCsvNumber(const CsvPlace &place, std::string_view cell);

// Appends the text as a cell, in quotes where a reader needs them.
void appendCsvCell(std::string &out, std::string_view text);
// A table of its own with the header and only this row.
std::string csvRowAlone(const CsvTable &table, std::size_t row);
// One row for each element of the first dimension; the rest is flattened.
std::string writeCsv(const Tensor &tensor);

} // namespace warmbench
