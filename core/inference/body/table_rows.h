// Rows of numbers by name or in order: {"features": ...} and CSV.
// Private to this folder. Thread: any; pure functions. Several rows are read in their turn. Errors
// are InvalidArgument and name the feature or the cell.
#pragma once

#include "inference/body/body_target.h"
#include "inference/body/input_bytes.h"

#include <string_view>

namespace warmbench {

// One object of numbers by name, or a list of such; what is left out takes its default.
Result<InferenceInputs> featureInputs(const BodyTarget &target, std::string_view json,
                                      const Keeper &keeper, RunControl &control);

// One sample a row. A header names the features, in any order, where the settings name them too;
// any other header is passed over, and the numbers count in their order.
Result<InferenceInputs> csvInputs(const BodyTarget &target, std::string_view csv,
                                  const Keeper &keeper, RunControl &control);

// The features' names.
std::vector<std::string> featureNames(const BodyTarget &target);

} // namespace warmbench
