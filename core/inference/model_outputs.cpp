#include "inference/model_outputs.h"

#include "tensor/conversion.h"

#include <algorithm>
#include <fmt/format.h>

namespace warmbench {

Result<OutputFloats> OutputFloats::of(const NamedTensor &output, std::size_t samples)
{
    const Shape &shape = output.tensor.shape();
    if (samples > 1 && (shape.empty() || shape[0] != static_cast<std::int64_t>(samples)))
        return invalidArgument(fmt::format(
            "Output \"{}\" has shape {}, which does not count the {} samples sent; send "
            "them one at a time.",
            output.name, shapeText(shape), samples));
    OutputFloats floats;
    floats.m_samples = samples;
    if (output.tensor.dtype() == DType::Float32) {
        floats.m_tensor = &output.tensor;
        return floats;
    }
    auto cast = converted(output.tensor, DType::Float32);
    if (!cast)
        return failedPrecondition(
            fmt::format("Output \"{}\" holds no numbers that scores can be made of: {}",
                        output.name, cast.error().message));
    floats.m_owned = std::make_unique<Tensor>(std::move(*cast));
    floats.m_tensor = floats.m_owned.get();
    return floats;
}

bool SampleView::filled() const
{
    double numbers = 1;
    for (const std::int64_t extent : shape)
        numbers *= static_cast<double>(extent);
    return !values.empty() && numbers <= static_cast<double>(values.size());
}

SampleView OutputFloats::sample(std::size_t index) const
{
    const auto values = m_tensor->values<float>();
    const std::size_t each = values.size() / m_samples;
    const std::span<const std::int64_t> shape = m_tensor->shape();
    return {values.subspan(index * each, each), shape.empty() ? shape : shape.subspan(1)};
}

bool sizeIsSent(const ModelBundle &model, const std::string &output, bool pictures)
{
    if (pictures)
        return false;
    for (const TensorSpec &spec : model.spec().outputs) {
        if (spec.name == output && !spec.shape.empty())
            return std::any_of(spec.shape.begin() + 1, spec.shape.end(),
                               [](const Dimension &extent) { return extent.free(); });
    }
    return false;
}

Error formDiffers(const ModelBundle &model, const NamedTensor &output, std::string_view task,
                  std::string_view expected, bool pictures)
{
    if (sizeIsSent(model, output.name, pictures))
        return invalidArgument(
            fmt::format("What was sent gives the output \"{}\" the shape {}, but "
                        "the task \"{}\" needs {}; send an input of another "
                        "size.",
                        output.name, shapeText(output.tensor.shape()), task, expected));
    return failedPrecondition(fmt::format("Output \"{}\" has shape {}, but the task \"{}\" needs "
                                          "{}; set \"task\" or \"output.primary\" in the "
                                          "settings file to what the model does.",
                                          output.name, shapeText(output.tensor.shape()), task,
                                          expected));
}

std::string labelOf(std::span<const std::string> labels, int index)
{
    const auto at = static_cast<std::size_t>(index);
    return index >= 0 && at < labels.size() && !labels[at].empty() ? labels[at]
                                                                   : std::to_string(index);
}

} // namespace warmbench
