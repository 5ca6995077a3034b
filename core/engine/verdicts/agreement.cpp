#include "engine/verdicts/agreement.h"

#include "base/text.h"
#include "tensor/conversion.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>

namespace warmbench {

namespace {

std::string nameOf(const TensorSpec &output)
{
    return fmt::format("\"{}\"", printable(output.name, 80));
}

Agreement differs(std::string sentence)
{
    return {false, 0, std::move(sentence)};
}

// The difference of two numbers as a share of `scale`; infinite where only one of them is a number.
double shareOf(double first, double second, double scale)
{
    if (first == second || (std::isnan(first) && std::isnan(second)))
        return 0;
    if (!std::isfinite(first) || !std::isfinite(second))
        return std::numeric_limits<double>::infinity();
    return std::abs(first - second) / scale;
}

double largestShare(std::span<const double> reference, std::span<const double> other)
{
    double scale = 0;
    for (const double value : reference) {
        if (std::isfinite(value))
            scale = std::max(scale, std::abs(value));
    }
    if (scale == 0)
        scale = 1;
    double largest = 0;
    for (std::size_t i = 0; i < reference.size(); ++i)
        largest = std::max(largest, shareOf(reference[i], other[i], scale));
    return largest;
}

Agreement compareNumbers(const TensorSpec &output, const Tensor &reference, const Tensor &other)
{
    const auto first = converted(reference, DType::Float64);
    const auto second = converted(other, DType::Float64);
    if (!first || !second)
        return differs(fmt::format("Output {} cannot be compared.", nameOf(output)));
    Agreement agreement;
    agreement.largest = largestShare(first->values<double>(), second->values<double>());
    const double allowed = reference.dtype() == DType::Float16 ? agreedShareOfHalves : agreedShare;
    if (agreement.largest <= allowed)
        return agreement;
    agreement.agrees = false;
    agreement.difference =
        fmt::format("Output {} differs by {:.2g} of its largest number, more than {:g}.",
                    nameOf(output), agreement.largest, allowed);
    return agreement;
}

Agreement compareTensors(const TensorSpec &output, const Tensor &reference, const Tensor &other)
{
    if (reference.dtype() != other.dtype())
        return differs(fmt::format("Output {} is {} in one and {} in the other.", nameOf(output),
                                   dtypeName(reference.dtype()), dtypeName(other.dtype())));
    if (reference.shape() != other.shape())
        return differs(fmt::format("Output {} has shape {} in one and {} in the other.",
                                   nameOf(output), shapeText(reference.shape()),
                                   shapeText(other.shape())));
    if (isFloating(reference.dtype()))
        return compareNumbers(output, reference, other);
    return reference == other ? Agreement()
                              : differs(fmt::format("Output {} differs.", nameOf(output)));
}

} // namespace

Agreement compareOutputs(std::span<const TensorSpec> outputs, std::span<const Tensor> reference,
                         std::span<const Tensor> other)
{
    if (reference.size() != other.size() || outputs.size() != reference.size())
        return differs(fmt::format("There are {} outputs in one and {} in the other.",
                                   reference.size(), other.size()));
    Agreement all;
    for (std::size_t i = 0; i < outputs.size(); ++i)
        all = std::move(all) + compareTensors(outputs[i], reference[i], other[i]);
    return all;
}

Agreement operator+(Agreement first, const Agreement &second)
{
    first.largest = std::max(first.largest, second.largest);
    if (first.agrees)
        first.difference = second.difference;
    first.agrees = first.agrees && second.agrees;
    return first;
}

} // namespace warmbench
