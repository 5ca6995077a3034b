// Plans how a picture becomes a network's input, one key after the other, and remembers where each
// value came from. Private to this room. Thread: any; pure functions.
#pragma once

#include "base/result.h"
#include "engine/network_spec.h"
#include "model/input_plan.h"

#include <span>
#include <string>

namespace warmbench {

inline constexpr int largestPlannedSide = 16384; // the largest side that preprocessing makes

// The input has the shape of a picture, or the settings say that it is one. Errors and precedence
// as planInput().
Result<void> planImage(const TensorSpec &input, const ModelSettings &settings,
                       std::span<const Hints> hints, InputPlan &plan);

// "\"images\" [1, 3, 640, 640]", for sentences.
std::string namedInput(const TensorSpec &input);

} // namespace warmbench
