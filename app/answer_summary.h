// Shortens the answer to a prediction for people: an output of many numbers becomes its dtype,
// shape, min, max and mean.
//
// Thread: any; a pure function, apart from `types`. Errors: InvalidArgument: no JSON object.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace warmbench::app {

// Outputs with more numbers are shortened.
inline constexpr std::size_t mostNumbersShown = 100;

// Facts about the model's outputs that the JSON of an answer does not have.
struct OutputTypes
{
    std::vector<std::pair<std::string, std::string>> dtypes; // by the outputs' names
    std::string primary;                                     // the output that "prediction" shows
};

// `answer` as POST /predict gives it. `types` is called only if there is an output to shorten. Min,
// max and mean leave NaN out; "nan" counts them, if there are any.
Result<std::string> summarised(std::string_view answer,
                               const std::function<Result<OutputTypes>()> &types);

} // namespace warmbench::app
