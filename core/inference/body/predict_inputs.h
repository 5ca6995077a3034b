// Reads the inputs of `warmbench predict` and of comparisons: pictures, .json, .npy, tables row by
// row, folders and standard input. Each becomes the body that POST /predict takes, so that it means
// the same here and on a server. Thread: any; one object belongs to one thread.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "tensor/csv_stream.h"

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace warmbench {

struct PredictInput
{
    std::string name;               // a file's path, "-", or "PATH:ROW" with rows counted from 1
    std::string body;               // the content, or the header of the table and this row
    std::vector<std::string> cells; // of the row; empty if the file is no table
};

// The argument itself or, if it names a folder, the inputs in that folder and in all folders below
// it, sorted by their paths. Links are followed, and each folder is read once.
std::vector<std::string> inputFilesOf(const std::string &argument);
Error noInputsIn(const std::string &folder);

// The inputs in a file, one after the other: one, or one for each row of a table. A table is read
// in pieces and may be of any size; a mistake in a piece is told before its first row.
class PredictInputs
{
public:
    // Whether rows are nothing but numbers for the model. It is asked once at most, where a cell is
    // no number.
    using OnlyNumbers = std::function<Result<bool>()>;

    // Errors name the file: it cannot be read, or is no table and larger than `limit`.
    static Result<PredictInputs> open(const std::string &file, Bytes limit,
                                      OnlyNumbers onlyNumbers);

    // Nothing after the last one. Errors name the file and the row: a damaged table.
    Result<std::optional<PredictInput>> next();
    // The names of the table's columns; empty without a header.
    const std::vector<std::string> &names() const { return m_names; }

private:
    PredictInputs(std::string file, OnlyNumbers onlyNumbers)
        : m_file(std::move(file))
        , m_onlyNumbers(std::move(onlyNumbers))
    {
    }
    Result<void> readPiece();
    Result<void> checkNumbers();

    std::string m_file;
    OnlyNumbers m_onlyNumbers; // empty once it said no
    std::vector<std::string> m_names;
    std::optional<CsvStream> m_table;  // until its end
    std::deque<PredictInput> m_inputs; // of this piece
};

} // namespace warmbench
