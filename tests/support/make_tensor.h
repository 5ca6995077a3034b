// Makes tensors and models from values in a test. Thread: any; pure functions.
#pragma once

#include "fake_network.h"
#include "model/model_bundle.h"
#include "tensor/tensor.h"

#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace warmbench {

// A tensor of these values and this shape; the test program ends if their number does not fit.
template <typename T = float>
Tensor tensorOf(Shape shape, const std::vector<T> &values)
{
    auto tensor = Tensor::fromValues<T>(std::move(shape), std::span<const T>(values));
    if (!tensor)
        std::abort();
    return std::move(*tensor);
}

// Zeros.
inline Tensor zeros(Shape shape, DType dtype = DType::Float32)
{
    auto tensor = Tensor::create(dtype, std::move(shape));
    if (!tensor)
        std::abort();
    return std::move(*tensor);
}

// An input or output of a network; -1 in `shape` is a free extent.
inline TensorSpec tensorSpec(std::string name, std::initializer_list<std::int64_t> shape,
                             DType dtype = DType::Float32, std::string producedBy = {})
{
    TensorSpec spec{std::move(name), dtype, {}, std::move(producedBy)};
    for (const std::int64_t size : shape)
        spec.shape.push_back({size, {}});
    return spec;
}

inline NetworkSpec networkSpec(std::vector<TensorSpec> inputs, std::vector<TensorSpec> outputs)
{
    NetworkSpec spec;
    spec.inputs = std::move(inputs);
    spec.outputs = std::move(outputs);
    return spec;
}

// A bundle around a FakeNetwork, as the cache would hand it out.
inline ModelBundle loadedModel(FakeNetworkOptions options, ModelSettings settings = {},
                               InputPlan input = {})
{
    ModelBundle model;
    model.id = {"m", "1"};
    model.digest = "sha256:1";
    model.engine = "fake";
    model.settings = std::move(settings);
    model.input = std::move(input);
    model.network = std::make_shared<FakeNetwork>(std::move(options));
    return model;
}

} // namespace warmbench
