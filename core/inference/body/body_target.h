// The model that a body is read for, loaded or only described, and samples of its planned input.
// Thread: any; pure functions.
#pragma once

#include "base/result.h"
#include "inference/run_control.h"
#include "model/model_bundle.h"

#include <span>
#include <string_view>
#include <vector>

namespace warmbench {

// A view: what it refers to must live as long as the inputs that are read for it.
struct BodyTarget
{
    std::string_view model; // its name, for sentences
    const NetworkSpec &spec;
    const InputPlan &input;
};
inline BodyTarget targetOf(const ModelBundle &model)
{
    return {model.id.name, model.spec(), model.input};
}

// Null if the model has no inputs at all; noInputs() is the error for that.
const TensorSpec *plannedInput(const BodyTarget &target);
Error noInputs(const BodyTarget &target);
// A table with an input for each column takes rows by name only: the sentence for other bodies.
Error rowsByName(const BodyTarget &target);
// The shape of one sample of the planned input, which must exist.
std::vector<Dimension> sampleShape(const BodyTarget &target);

// Reads numbers in JSON as a tensor for that input, and reserves the memory that reading takes
// meanwhile.
Result<Tensor> tensorOfJson(std::string_view json, const TensorSpec &spec,
                            std::span<const Dimension> shape, RunControl &control);

} // namespace warmbench
