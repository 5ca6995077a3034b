// How close a network's numbers come to those that were expected.
// Thread: values, pure functions.
#pragma once

#include "base/result.h"
#include "tensor/tensor.h"

#include <optional>
#include <string>

namespace warmbench {

struct Closeness
{
    double largest = 0;           // difference of two numbers; infinite where one is no number
    double share = 0;             // the same, as a share of the largest number expected
    double cosine = 1;            // of both as vectors; 0 where it says nothing
    std::optional<bool> sameBest; // the highest number at the same place: for a list of scores
    bool within = true;           // |difference| <= atol + rtol * |expected|, as numpy.allclose
};

struct Tolerance
{
    double relative = 0;
    double absolute = 0;
};

// Extents of 1 count for nothing: a notebook's [1000] is the network's [1, 1000].
bool sameForm(const Shape &first, const Shape &second);

// InvalidArgument: texts, or other forms; `what` names the numbers in the sentence.
Result<Closeness> closenessOf(const Tensor &expected, const Tensor &got, const Tolerance &allowed,
                              const std::string &what);

// Of both pairs together.
Closeness operator+(const Closeness &first, const Closeness &second);

// "2e-06": short, for people.
std::string differenceText(double difference);

} // namespace warmbench
