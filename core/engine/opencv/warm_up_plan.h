// Which shapes a network is tried with after it is loaded, and what that takes, decided before
// anything is allocated.
// Thread: pure. Private to this room.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "engine/engine.h"

#include <functional>
#include <span>
#include <vector>

namespace warmbench {

// What a run takes with inputs of these shapes; an error where the network cannot take them.
using ShapeCost = std::function<Result<RunCost>(std::span<const Shape>)>;

struct WarmUpPlan
{
    std::vector<std::vector<Shape>> trials; // of all inputs; the first that runs is enough
    Bytes kept;                             // by all instances after the first of them
    bool batch = false;                     // two samples at once are to be tried too
};

// Free extents become 1 where they count samples, 3 where they count a picture's channels, else
// 224, 64 or 1. Without trials: the network
// has free sizes and takes none of these, or no more memory is there for them. FailedPrecondition:
// its own fixed shapes do not fit each other. ResourceExhausted with the numbers: these fixed
// shapes take more than `limit` (0: no limit). `weights` are those of one instance.
Result<WarmUpPlan> planWarmUp(const NetworkSpec &spec, Bytes weights, int instances, Bytes limit,
                              const ShapeCost &costOf);

} // namespace warmbench
