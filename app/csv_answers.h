// Appends answers to the rows of tables, for `warmbench predict --csv`: the label and its score of
// a classifier, else the numbers or texts of the primary output. Thread: any; one object belongs to
// one thread.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace warmbench::app {

class CsvAnswers
{
public:
    // The row with `answer`, which is that of POST /predict to this row alone, as a line of CSV; a
    // header comes before the first line. `names` are those of the row's columns, if it has any.
    // InvalidArgument: rows or answers that do not have the columns of the first, or an answer of
    // no single row.
    Result<std::string> line(const std::vector<std::string> &names,
                             const std::vector<std::string> &cells, std::string_view answer);

private:
    std::vector<std::string> m_header; // empty before the first line
};

} // namespace warmbench::app
