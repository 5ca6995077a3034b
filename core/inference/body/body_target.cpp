#include "inference/body/body_target.h"

#include "base/text.h"
#include "inference/batching.h"
#include "inference/body/input_bytes.h"
#include "tensor/json_tensor.h"

#include <fmt/format.h>

namespace warmbench {

const TensorSpec *plannedInput(const BodyTarget &target)
{
    const auto &inputs = target.spec.inputs;
    return target.input.index < inputs.size() ? &inputs[target.input.index] : nullptr;
}

Error noInputs(const BodyTarget &target)
{
    return failedPrecondition(fmt::format("The model \"{}\" declares no inputs.", target.model));
}

Error rowsByName(const BodyTarget &target)
{
    const auto &features = target.input.features;
    return invalidArgument(fmt::format(
        "\"{}\" takes the rows of a table with {} columns: send {{\"features\": {{\"{}\": ...}}}} "
        "with all of them, or CSV with a header.",
        target.model, features.size(), printable(features.front().name, 60)));
}

std::vector<Dimension> sampleShape(const BodyTarget &target)
{
    return sampleShape(target.spec, target.input.index);
}

Result<Tensor> tensorOfJson(std::string_view json, const TensorSpec &spec,
                            std::span<const Dimension> shape, RunControl &control)
{
    Reservation passing(control);
    if (auto room = passing.grow(jsonTensorBytes(json.size(), json.size(), spec.dtype), "numbers");
        !room)
        return std::move(room).error();
    return tensorFromJson(json, spec.name, spec.dtype, shape);
}

} // namespace warmbench
