#include "inference/picture_network.h"

#include "tensor/conversion.h"

#include <algorithm>

namespace warmbench {

namespace {

struct Sides
{
    std::int64_t height = 0;
    std::int64_t width = 0;
};

// Of a batch of pictures.
Sides sidesOf(const Shape &picture, Layout layout)
{
    const std::size_t height = picture.size() - (layout == Layout::Nchw ? 2 : 3);
    return {picture[height], picture[height + 1]};
}

void fill(std::span<float> values, CompanionContent content, const Sides &sides)
{
    if (content == CompanionContent::Ones) {
        std::fill(values.begin(), values.end(), 1.0F);
        return;
    }
    for (std::size_t i = 0; i + 1 < values.size(); i += 2) {
        values[i] = static_cast<float>(sides.width);
        values[i + 1] = static_cast<float>(sides.height);
    }
}

} // namespace

PictureNetwork::PictureNetwork(Network &network, const InputPlan &plan)
    : m_network(network)
    , m_plan(plan)
    , m_spec(network.spec())
{
    m_spec.inputs = {network.spec().inputs[plan.index]};
}

// What the file leaves free of a companion: how many pictures there are, then their sides, or the
// two numbers of a size.
Shape PictureNetwork::companionShape(std::size_t index, const Shape &picture) const
{
    const auto &declared = m_network.spec().inputs[m_plan.companions[index].index].shape;
    const Sides sides = sidesOf(picture, m_plan.preprocessing.layout);
    const Shape free = m_plan.companions[index].content == CompanionContent::Ones
                           ? Shape{picture[0], sides.height, sides.width}
                           : Shape{picture[0], 2};
    Shape shape;
    for (std::size_t axis = 0; axis < declared.size(); ++axis)
        shape.push_back(declared[axis].free() ? free.at(axis) : declared[axis].size);
    return shape;
}

Result<std::vector<Tensor>> PictureNetwork::completed(const Tensor &picture) const
{
    const Sides sides = sidesOf(picture.shape(), m_plan.preprocessing.layout);
    std::vector<Tensor> inputs(m_network.spec().inputs.size());
    inputs[m_plan.index] = picture;
    for (std::size_t i = 0; i < m_plan.companions.size(); ++i) {
        const CompanionInput &companion = m_plan.companions[i];
        auto values = Tensor::create(DType::Float32, companionShape(i, picture.shape()));
        if (!values)
            return std::move(values).error();
        fill(values->mutableValues<float>(), companion.content, sides);
        auto cast = converted(*values, m_network.spec().inputs[companion.index].dtype);
        if (!cast)
            return std::move(cast).error();
        inputs[companion.index] = *std::move(cast);
    }
    return inputs;
}

Result<std::vector<Tensor>> PictureNetwork::run(std::span<const Tensor> inputs,
                                                const std::stop_token &stop)
{
    const auto all = completed(inputs.front());
    if (!all)
        return all.error();
    return m_network.run(*all, stop);
}

Result<RunCost> PictureNetwork::cost(std::span<const Shape> inputs) const
{
    std::vector<Shape> all(m_network.spec().inputs.size());
    all[m_plan.index] = inputs.front();
    std::int64_t bytes = 0;
    for (std::size_t i = 0; i < m_plan.companions.size(); ++i) {
        Shape &shape = all[m_plan.companions[i].index];
        shape = companionShape(i, inputs.front());
        const auto count = elementCount(shape);
        if (!count)
            return count.error();
        // It is made as float32 and cast to eight bytes at most.
        bytes += static_cast<std::int64_t>(*count) * 12;
    }
    auto cost = m_network.cost(all);
    if (cost)
        cost->activations.count += bytes;
    return cost;
}

} // namespace warmbench
