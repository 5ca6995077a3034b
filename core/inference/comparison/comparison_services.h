// What comparisons work with; all of it outlives them. Thread: as its parts.
#pragma once

#include "base/clock.h"
#include "base/memory_budget.h"
#include "inference/scheduler.h"
#include "model/cache/model_cache.h"
#include "model/model_source.h"

#include <memory>

namespace warmbench {

struct ComparisonServices
{
    ModelSource &source; // loads what is wanted otherwise than it is served
    ModelCache &cache;
    Scheduler &scheduler;
    const Clock &clock;
    std::shared_ptr<MemoryBudget> memory; // of the runs
};

} // namespace warmbench
