#include "inference/measurement/trial_inputs.h"

#include "inference/batching.h"
#include "tensor/trial_tensor.h"

#include <algorithm>
#include <fmt/format.h>

namespace warmbench {

namespace {

// Where both sides follow the picture, that of a picture of usual size, else the side itself.
int usualSide(const Preprocessing &how, int side)
{
    constexpr int usual = 640;
    if (!how.fit.freeWidth || !how.fit.freeHeight)
        return side;
    const int most = std::min(usual, how.fit.longestSide);
    return std::max(side, most / how.fit.multipleOf * how.fit.multipleOf);
}

std::int64_t extentOf(const ModelBundle &model, std::size_t input, std::size_t axis,
                      std::int64_t otherwise)
{
    const TensorSpec &spec = model.spec().inputs[input];
    if (!spec.shape[axis].free())
        return spec.shape[axis].size;
    if (model.input.kind != InputKind::Image || model.input.index != input ||
        spec.shape.size() != 4)
        return otherwise;
    const Preprocessing &picture = model.input.preprocessing;
    const std::size_t height = picture.layout == Layout::Nchw ? 2 : 1;
    if (axis == height)
        return usualSide(picture, picture.height);
    return axis == height + 1 ? usualSide(picture, picture.width) : channelCount(picture.channels);
}

} // namespace

Result<std::vector<Tensor>> trialInputs(const ModelBundle &model, int batch, std::uint32_t seed,
                                        std::int64_t freeExtent, Bytes most)
{
    const bool samples = hasBatchDimension(model.spec());
    if (batch > 1 && !(samples && model.network->batches()))
        return failedPrecondition(
            fmt::format("\"{}\" takes one sample at a time; leave --batch out.", model.id.name));
    std::vector<Tensor> inputs;
    std::size_t elements = 0;
    for (std::size_t i = 0; i < model.spec().inputs.size(); ++i) {
        Shape shape;
        for (std::size_t axis = 0; axis < model.spec().inputs[i].shape.size(); ++axis)
            shape.push_back(axis == 0 && samples ? batch : extentOf(model, i, axis, freeExtent));
        const auto count = elementCount(shape);
        if (!count)
            return count.error();
        elements += *count;
        // Each is made in float32 first.
        if (*count > static_cast<std::size_t>(most.count) ||
            elements > static_cast<std::size_t>(most.count) / sizeof(double))
            return Error{ErrorCode::ResourceExhausted,
                         fmt::format("Inputs of shape {} take more than {}.", shapeText(shape),
                                     toText(most))};
        auto tensor = trialTensor(model.spec().inputs[i].dtype, shape,
                                  seed + static_cast<std::uint32_t>(i), 0);
        if (!tensor)
            return std::move(tensor).error();
        inputs.push_back(*std::move(tensor));
    }
    return inputs;
}

} // namespace warmbench
