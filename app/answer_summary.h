// The answer to a prediction as a person wants to see it: an output of many numbers is told as its
// dtype, shape, min, max and mean.
//
// Thread: any; a pure function but for what it is given. Errors: InvalidArgument, no JSON object.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace warmbench::app {

// Outputs of more are summed up.
inline constexpr std::size_t mostNumbersShown = 100;

// What the JSON of an answer does not tell of the model's outputs.
struct OutputTypes
{
    std::vector<std::pair<std::string, std::string>> dtypes; // by the outputs' names
    std::string primary;                                     // the output that "prediction" shows
};

// `answer` as POST /predict gives it. `types` is asked where there is something to sum up. Min, max
// and mean are those of the numbers that are not NaN; "nan" counts the others, where there are
// some.
Result<std::string> summarised(std::string_view answer,
                               const std::function<Result<OutputTypes>()> &types);

} // namespace warmbench::app
