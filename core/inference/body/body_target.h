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

// Views; what they point to must live as long as the inputs that are read for it.
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

// Null where the model has no inputs at all, for which noInputs() is the sentence.
const TensorSpec *plannedInput(const BodyTarget &target);
Error noInputs(const BodyTarget &target);
// Of the planned input, which must be there.
std::vector<Dimension> sampleShape(const BodyTarget &target);

// Numbers in JSON as a tensor of that input; what reading them takes in passing is reserved.
Result<Tensor> tensorOfJson(std::string_view json, const TensorSpec &spec,
                            std::span<const Dimension> shape, RunControl &control);

} // namespace warmbench
