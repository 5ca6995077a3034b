#include "inference/matching/closeness.h"

#include "tensor/conversion.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <span>

namespace warmbench {

namespace {

Shape withoutOnes(Shape shape)
{
    std::erase(shape, 1);
    return shape;
}

double differenceOf(double expected, double got)
{
    if (expected == got || (std::isnan(expected) && std::isnan(got)))
        return 0;
    const double difference = std::abs(expected - got);
    return std::isnan(difference) ? std::numeric_limits<double>::infinity() : difference;
}

double cosineOf(std::span<const double> first, std::span<const double> second)
{
    double product = 0;
    double one = 0;
    double other = 0;
    for (std::size_t i = 0; i < first.size(); ++i) {
        product += first[i] * second[i];
        one += first[i] * first[i];
        other += second[i] * second[i];
    }
    const double cosine = product / std::sqrt(one * other);
    return std::isfinite(cosine) ? cosine : 0;
}

std::size_t bestOf(std::span<const double> values)
{
    return static_cast<std::size_t>(std::max_element(values.begin(), values.end()) -
                                    values.begin());
}

} // namespace

bool sameForm(const Shape &first, const Shape &second)
{
    return withoutOnes(first) == withoutOnes(second);
}

Result<Closeness> closenessOf(const Tensor &expected, const Tensor &got, const Tolerance &allowed,
                              const std::string &what)
{
    if (!sameForm(expected.shape(), got.shape()))
        return invalidArgument(
            fmt::format("{} has shape {}, but {} was expected; expected must be the numbers that "
                        "the notebook's network gives for this input.",
                        what, shapeText(got.shape()), shapeText(expected.shape())));
    const auto first = converted(expected, DType::Float64);
    const auto second = converted(got, DType::Float64);
    if (!first || !second)
        return invalidArgument(fmt::format("{} holds texts, which have no distance.", what));
    const auto wanted = first->values<double>();
    const auto numbers = second->values<double>();
    Closeness close;
    double scale = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const double difference = differenceOf(wanted[i], numbers[i]);
        close.largest = std::max(close.largest, difference);
        // The comparison is false for an infinite difference from an infinite number, too.
        if (difference > 0 &&
            !(difference <= allowed.absolute + allowed.relative * std::abs(wanted[i]) &&
              std::isfinite(difference)))
            close.within = false;
        if (std::isfinite(wanted[i]))
            scale = std::max(scale, std::abs(wanted[i]));
    }
    close.share = close.largest / (scale > 0 ? scale : 1);
    close.cosine = cosineOf(wanted, numbers);
    if (withoutOnes(expected.shape()).size() == 1)
        close.sameBest = bestOf(wanted) == bestOf(numbers);
    return close;
}

Closeness operator+(const Closeness &first, const Closeness &second)
{
    Closeness both;
    both.largest = std::max(first.largest, second.largest);
    both.share = std::max(first.share, second.share);
    both.cosine = std::min(first.cosine, second.cosine);
    both.within = first.within && second.within;
    both.sameBest = first.sameBest;
    if (second.sameBest)
        both.sameBest = *second.sameBest && first.sameBest.value_or(true);
    return both;
}

std::string differenceText(double difference)
{
    return fmt::format("{:.2g}", difference);
}

} // namespace warmbench
