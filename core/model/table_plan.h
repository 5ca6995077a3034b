// Tells which networks take the rows of a table, and plans their features: one input with a row of
// numbers or texts, or an input for each column, as exporters of data frames write them (skl2onnx:
// skl2onnx/algebra/type_helper.py gives each column of a pandas.DataFrame an input [None, 1] of its
// own type). Private to this room. Thread: any; pure functions.
#pragma once

#include "base/result.h"
#include "engine/network_spec.h"
#include "model/input_plan.h"

#include <span>

namespace warmbench {

// Whether each of several inputs holds one column, [N, 1] with a free N that counts samples.
bool hasColumns(const NetworkSpec &spec);

// Whether the input holds a row that is short enough to be shown as fields.
bool isRow(const TensorSpec &input);

// The columns are named as the inputs. InvalidArgument: the settings name a feature that is no
// input, or give a column of texts a number.
Result<void> planColumns(const NetworkSpec &spec, const InputSettings &settings,
                         std::span<const Hints> hints, InputPlan &plan);

// Where the settings name none, the first source that names as many as a row has counts.
// InvalidArgument: the settings name another number of features than the input takes.
Result<void> planFeatures(const TensorSpec &input, const InputSettings &settings,
                          std::span<const Hints> hints, InputPlan &plan);

} // namespace warmbench
