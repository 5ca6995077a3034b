// The inputs of a comparison, read one after the other from files, tables and folders.
//
// Thread: one at a time; the comparison asks for each on its own thread, so that nothing is read on
// the caller's. Cost: a look through the folders at the first input, then one file or a piece of a
// table at a time.
#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace warmbench {

struct ComparisonInput
{
    std::string name;
    // What POST /predict takes as its body, or why it cannot be read.
    Result<std::shared_ptr<const std::string>> body;
    std::size_t expected = 0; // inputs all together, as far as that is known; 0: it is not
};

// Nothing after the last one.
using NextComparisonInput = std::function<std::optional<ComparisonInput>()>;

// Each argument is a file, "-" for standard input, or a folder with its subfolders; tables come row
// by row. What cannot be read, a folder without inputs too, is an input with a sentence, and the
// next one follows. A file that is no table is at most `limit` large.
NextComparisonInput inputsFrom(std::vector<std::string> arguments, Bytes limit);

// The one input that is at hand already.
NextComparisonInput oneInput(std::string name, std::shared_ptr<const std::string> body);

} // namespace warmbench
