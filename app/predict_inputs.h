// Reads the inputs of `warmbench predict`: pictures, .json, .npy, tables row by row, folders and
// standard input. Each becomes the body that POST /predict takes, so that it means the same here
// and on a server. Thread: any; one object belongs to one thread.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "tensor/csv.h"

#include <memory>
#include <string>
#include <vector>

namespace warmbench::app {

class PredictInput
{
public:
    PredictInput(std::string name, std::string content);
    PredictInput(std::string name, std::shared_ptr<const CsvTable> table, std::size_t row);

    // A file's path, "-", or "PATH:ROW" with rows counted from 1.
    const std::string &name() const { return m_name; }
    // The content, or the header of the table and this row.
    std::string body() const;

private:
    std::string m_name;
    std::string m_content;
    std::shared_ptr<const CsvTable> m_table;
    std::size_t m_row = 0;
};

// The argument itself or, if it names a folder, the inputs in that folder and in all folders below
// it, sorted by their paths. Links are followed, and each folder is read once.
std::vector<std::string> filesOf(const std::string &argument);
// Reads the inputs in a file: one, or one for each row of a table.
Result<std::vector<PredictInput>> readInputs(const std::string &file, Bytes limit);

} // namespace warmbench::app
