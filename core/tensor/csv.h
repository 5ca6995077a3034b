// Rows of numbers as people paste them: comma, semicolon or tab between, an optional header of
// names, quotes as RFC 4180. Thread: any; pure functions.
#pragma once

#include "base/result.h"
#include "tensor/tensor.h"

#include <string>
#include <string_view>
#include <vector>

namespace warmbench {

struct CsvTable
{
    std::vector<std::string>
        names; // empty without a header (a first row in which some cell is no number)
    std::vector<std::vector<double>> rows; // all of one length; nan and inf are numbers
};

// InvalidArgument: no rows, rows of different lengths, or a cell that is no number, with its row
// (from 1) and column.
Result<CsvTable> readCsv(std::string_view text);
std::string writeCsv(const Tensor &tensor); // a row per first dimension, the rest flattened

} // namespace warmbench
