// Runs the inputs of a comparison through both models and lays the answers beside each other.
//
// Both are loaded first, and run once before their times count. Then they take turns on each input,
// so that another load on the machine strikes both, and who begins changes each time. Thread:
// "compare". Private to this folder. Cost: a run of each model that does not count, then `runs` of
// each on every input; the answers to one input are in memory at a time.
#pragma once

#include "inference/comparison/comparison.h"
#include "inference/comparison/comparison_request.h"
#include "inference/comparison/comparison_services.h"

#include <stop_token>

namespace warmbench {

// `allowed`: for each run; negative: no limit. What one of the models refuses, by a deadline too,
// is part of the answer. Errors: those of ComparedSide::load, with A or B in front;
// InvalidArgument: there are no inputs; Cancelled: `stop` was requested.
Result<Comparison> compareModels(const ComparisonRequest &request,
                                 const ComparisonServices &services, Milliseconds allowed,
                                 const std::stop_token &stop);

} // namespace warmbench
