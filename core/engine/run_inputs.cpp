#include "engine/run_inputs.h"

#include "base/text.h"
#include "tensor/trial_tensor.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <set>
#include <type_traits>

namespace warmbench {

namespace {

// Appends each tensor of `more` to its counterpart in `all`, along the first extent, except for
// those that count no samples.
bool append(std::vector<Tensor> &all, std::vector<Tensor> more,
            const std::set<std::size_t> &uncounted = {})
{
    if (all.empty()) {
        all = std::move(more);
        return true;
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (uncounted.contains(i))
            continue;
        const std::array pair{std::move(all[i]), std::move(more[i])};
        auto both = concatenated(pair);
        if (!both)
            return false;
        all[i] = *std::move(both);
    }
    return true;
}

// Whether two outputs are equal, apart from rounding.
bool near(const Tensor &a, const Tensor &b)
{
    if (a.dtype() != b.dtype() || a.shape() != b.shape())
        return false;
    if (a.dtype() == DType::String)
        return a.strings() == b.strings();
    return withElementType(a.dtype(), [&](auto element) {
        using T = decltype(element);
        const auto u = a.values<T>();
        const auto v = b.values<T>();
        const auto number = [](T value) {
            if constexpr (std::is_same_v<T, Half>)
                return static_cast<double>(toFloat(value));
            else
                return static_cast<double>(value);
        };
        // Adding in another order may change the last float32 digits of the largest value.
        double largest = 0;
        for (const T value : u)
            largest =
                std::isfinite(number(value)) ? std::max(largest, std::abs(number(value))) : largest;
        return std::equal(u.begin(), u.end(), v.begin(), [&](T one, T other) {
            const double p = number(one);
            const double q = number(other);
            return (std::isnan(p) && std::isnan(q)) || p == q || std::abs(p - q) <= 2e-4 * largest;
        });
    });
}

} // namespace

Result<void> checkInputs(const NetworkSpec &spec, std::span<const Tensor> inputs)
{
    if (inputs.size() != spec.inputs.size())
        return invalidArgument(fmt::format("The network takes {} input{}, but {} came.",
                                           spec.inputs.size(), spec.inputs.size() == 1 ? "" : "s",
                                           inputs.size()));
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const TensorSpec &declared = spec.inputs[i];
        if (inputs[i].dtype() != declared.dtype)
            return invalidArgument(fmt::format(
                "The input \"{}\" takes {}, but {} came; convert it.", printable(declared.name),
                dtypeName(declared.dtype), dtypeName(inputs[i].dtype())));
        // Both engines end the process in some operators whose input has no elements.
        if (inputs[i].elementCount() == 0 && !spec.takesEmpty)
            return invalidArgument(
                fmt::format("The input \"{}\" came without any element, which this network does "
                            "not take; send one sample at least.",
                            printable(declared.name)));
        if (!matches(declared.shape, inputs[i].shape()))
            return invalidArgument(fmt::format(
                "The input \"{}\" takes the shape {}, but {} came; reshape it{}.",
                printable(declared.name), shapeText(std::span<const Dimension>(declared.shape)),
                shapeText(std::span<const std::int64_t>(inputs[i].shape())),
                !declared.shape.empty() && declared.shape[0].size == 1
                    ? " and run samples one by one"
                    : ""));
    }
    return {};
}

std::vector<Shape> shapesOf(std::span<const Tensor> tensors)
{
    std::vector<Shape> shapes;
    for (const Tensor &tensor : tensors)
        shapes.push_back(tensor.shape());
    return shapes;
}

bool areShapesOf(std::span<const Tensor> tensors, std::span<const Shape> shapes)
{
    return std::equal(
        tensors.begin(), tensors.end(), shapes.begin(), shapes.end(),
        [](const Tensor &tensor, const Shape &shape) { return tensor.shape() == shape; });
}

Result<std::vector<Tensor>> zeroInputs(const NetworkSpec &spec, std::span<const Shape> shapes)
{
    std::vector<Tensor> tensors;
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        auto zero = Tensor::create(spec.inputs[i].dtype, shapes[i]);
        if (!zero)
            return std::move(zero).error();
        tensors.push_back(*std::move(zero));
    }
    return tensors;
}

SamplesTogether
samplesTogether(const NetworkSpec &spec, std::span<const Shape> shapes,
                const std::function<Result<std::vector<Tensor>>(std::span<const Tensor>)> &run)
{
    std::vector<Tensor> both;
    std::vector<Tensor> expected;
    bool joined = true; // whether the answers can be put together as the samples were
    for (const unsigned seed : {7U, 1234567U}) {
        std::vector<Tensor> sample;
        for (std::size_t i = 0; i < spec.inputs.size(); ++i)
            sample.push_back(
                trialTensor(spec.inputs[i].dtype, shapes[i], seed + static_cast<unsigned>(i), -0.5F)
                    .value_or(Tensor()));
        auto outputs = run(sample);
        if (!outputs || !append(both, std::move(sample)))
            return SamplesTogether::Fail;
        joined = joined && append(expected, *std::move(outputs), spec.constantOutputs);
    }
    const auto together = run(both);
    if (!together)
        return SamplesTogether::Fail;
    const bool alike =
        joined && std::equal(expected.begin(), expected.end(), together->begin(),
                             [](const Tensor &alone, const Tensor &batched) {
                                 return alone.shape() == batched.shape() && near(alone, batched);
                             });
    return alike ? SamplesTogether::Alike : SamplesTogether::Otherwise;
}

} // namespace warmbench
