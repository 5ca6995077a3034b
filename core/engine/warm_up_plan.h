// Decides which shapes a network is tried with after it is loaded, and how much memory that takes,
// before anything is allocated.
// Thread: any; pure functions. Private to this room.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "engine/engine.h"

#include <functional>
#include <span>
#include <vector>

namespace warmbench {

// The memory of a run with inputs of these shapes; an error if the network cannot take them.
using ShapeCost = std::function<Result<RunCost>(std::span<const Shape>)>;

struct WarmUpPlan
{
    // Each is the shapes of all inputs; the first that runs is enough.
    std::vector<std::vector<Shape>> trials;
    Bytes kept;         // memory that all instances keep after the first trial
    bool batch = false; // also try two samples at once
};

// Free extents become 1 if they count samples, 3 if they count a picture's channels, else 224, 64
// or 1. The plan has no trials if the network has free sizes and takes none of these, or if they
// take too much memory. FailedPrecondition: the network's own fixed shapes do not fit each other.
// ResourceExhausted with the numbers: its fixed shapes take more than `limit` (0: no limit).
// `weights` are those of one instance.
Result<WarmUpPlan> planWarmUp(const NetworkSpec &spec, Bytes weights, int instances, Bytes limit,
                              const ShapeCost &costOf);

} // namespace warmbench
