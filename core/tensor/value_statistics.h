// What a block of numbers holds: extremes, mean, spread, and what is no number.
// Thread: one object a thread. Memory: none. Cost: one pass over the numbers, some nanoseconds
// each; sums are kept in float64.
#pragma once

#include "base/result.h"
#include "tensor/tensor.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace warmbench {

struct ValueStatistics
{
    std::int64_t count = 0;
    std::int64_t nans = 0;
    std::int64_t infinities = 0;
    std::int64_t zeros = 0;
    // Of everything but NaN; NaN where there is nothing else.
    double min = std::numeric_limits<double>::quiet_NaN();
    double max = std::numeric_limits<double>::quiet_NaN();
    // Of the finite numbers; NaN where there are none.
    double low = std::numeric_limits<double>::quiet_NaN();
    double high = std::numeric_limits<double>::quiet_NaN();
    // Of the finite numbers; NaN where there are none. The deviation is that of the whole, as
    // NumPy's std().
    double mean = std::numeric_limits<double>::quiet_NaN();
    double deviation = std::numeric_limits<double>::quiet_NaN();
};

class ValueCounter
{
public:
    // Whole elements of a type that is not String; bytes need no alignment.
    void add(DType dtype, std::span<const std::byte> elements);
    ValueStatistics result() const;

private:
    template <typename T>
    void addAll(std::span<const std::byte> elements);
    void addBlock(std::span<const double> finite);

    ValueStatistics m_found;
    std::int64_t m_finite = 0;
    double m_mean = 0;
    double m_squares = 0; // sum of the squares of the distances from the mean
};

// InvalidArgument: strings.
Result<ValueStatistics> statisticsOf(const Tensor &tensor);

// How many of the finite numbers are in each of so many parts of equal width between low and high;
// empty where nothing is finite, and for strings.
std::vector<std::int64_t> histogramOf(const Tensor &tensor, const ValueStatistics &values,
                                      std::size_t parts);

// The members of a JSON object, without its braces: "count", "min", "max", "mean", "std", "nan",
// "infinite", "zeros"; null for what there is not.
std::string statisticsJson(const ValueStatistics &values);

} // namespace warmbench
