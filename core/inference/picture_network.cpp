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

std::int64_t picturesAtATime(const NetworkSpec &spec, const InputPlan &plan)
{
    const auto &shape = spec.inputs[plan.index].shape;
    return shape.size() == 4 && !shape[0].free() ? std::max<std::int64_t>(shape[0].size, 1) : 1;
}

void countOne(TensorSpec &tensor, std::int64_t times)
{
    if (!tensor.shape.empty() && tensor.shape[0].size == times)
        tensor.shape[0].size = 1;
}

Result<Tensor> repeated(const Tensor &picture, std::int64_t times)
{
    Shape shape = picture.shape();
    shape[0] *= times;
    auto pictures = Tensor::create(picture.dtype(), std::move(shape));
    if (!pictures)
        return pictures;
    auto rest = pictures->mutableBytes();
    for (; !rest.empty(); rest = rest.subspan(picture.byteSize()))
        std::copy(picture.bytes().begin(), picture.bytes().end(), rest.begin());
    return pictures;
}

} // namespace

bool PictureNetwork::standsFor(const NetworkSpec &spec, const InputPlan &plan)
{
    return plan.kind == InputKind::Image &&
           (!plan.companions.empty() ||
            (spec.inputs.size() == 1 && picturesAtATime(spec, plan) > 1));
}

NetworkSpec PictureNetwork::seenAs(const NetworkSpec &spec, const InputPlan &plan)
{
    NetworkSpec seen = spec;
    if (!standsFor(spec, plan))
        return seen;
    seen.inputs = {spec.inputs[plan.index]};
    const std::int64_t times = picturesAtATime(spec, plan);
    countOne(seen.inputs.front(), times);
    for (TensorSpec &output : seen.outputs)
        countOne(output, times);
    return seen;
}

Result<Tensor> PictureNetwork::ofTheFirst(Tensor tensor, const TensorSpec &declared,
                                          const InputPlan &plan, const NetworkSpec &spec)
{
    const std::int64_t times = picturesAtATime(spec, plan);
    if (times == 1 || declared.shape.empty() || declared.shape[0].size != times ||
        tensor.shape().size() != declared.shape.size() || tensor.shape()[0] != times)
        return tensor;
    Tensor one = slice(tensor, 0);
    Shape shape = one.shape();
    shape.insert(shape.begin(), 1);
    if (auto done = one.reshape(std::move(shape)); !done)
        return std::move(done).error();
    return one;
}

PictureNetwork::PictureNetwork(Network &network, const InputPlan &plan)
    : m_network(network)
    , m_plan(plan)
    , m_times(picturesAtATime(network.spec(), plan))
    , m_spec(seenAs(network.spec(), plan))
{
}

// What the file leaves free of a companion: how many pictures there are, then their sides, or the
// two numbers of a size.
Shape PictureNetwork::companionShape(std::size_t index, const Shape &picture) const
{
    const auto &declared = m_network.spec().inputs[m_plan.companions[index].index].shape;
    const Sides sides = sidesOf(picture, m_plan.preprocessing.layout);
    const Shape free = m_plan.companions[index].content == CompanionContent::Ones
                           ? Shape{picture[0] * m_times, sides.height, sides.width}
                           : Shape{picture[0] * m_times, 2};
    Shape shape;
    for (std::size_t axis = 0; axis < declared.size(); ++axis)
        shape.push_back(declared[axis].free() ? free.at(axis) : declared[axis].size);
    return shape;
}

Result<std::vector<Tensor>> PictureNetwork::completed(const Tensor &picture) const
{
    const Sides sides = sidesOf(picture.shape(), m_plan.preprocessing.layout);
    std::vector<Tensor> inputs(m_network.spec().inputs.size());
    auto pictures = m_times == 1 ? Result<Tensor>(picture) : repeated(picture, m_times);
    if (!pictures)
        return std::move(pictures).error();
    inputs[m_plan.index] = *std::move(pictures);
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
    auto outputs = m_network.run(*all, stop);
    if (!outputs || m_times == 1)
        return outputs;
    for (std::size_t i = 0; i < outputs->size(); ++i) {
        auto one = ofTheFirst(std::move((*outputs)[i]), m_network.spec().outputs.at(i), m_plan,
                              m_network.spec());
        if (!one)
            return std::move(one).error();
        (*outputs)[i] = *std::move(one);
    }
    return outputs;
}

Result<RunCost> PictureNetwork::cost(std::span<const Shape> inputs) const
{
    std::vector<Shape> all(m_network.spec().inputs.size());
    Shape &pictures = all[m_plan.index];
    pictures = inputs.front();
    pictures[0] *= m_times;
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
