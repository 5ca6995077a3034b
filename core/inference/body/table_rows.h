// Reads rows of a table by name or in order: {"features": ...} and CSV.
// Private to this folder. Thread: any; pure functions. Several rows are read one after the other,
// but those of a network with an input for each column become one tensor a column at once.
// Errors are InvalidArgument and name the feature or the cell.
#pragma once

#include "inference/body/body_target.h"
#include "inference/body/input_bytes.h"

#include <string_view>

namespace warmbench {

// One object of numbers and texts by name, or a list of such objects; a feature that is left out
// takes its default.
Result<InferenceInputs> featureInputs(const BodyTarget &target, std::string_view json,
                                      const Keeper &keeper, RunControl &control);

// Each row is one sample. If the settings or the network's columns name the features, a header may
// name them in any order; else a header is ignored and the cells are taken in their order.
Result<InferenceInputs> csvInputs(const BodyTarget &target, std::string_view csv,
                                  const Keeper &keeper, RunControl &control);

// The features' names.
std::vector<std::string> featureNames(const BodyTarget &target);

} // namespace warmbench
