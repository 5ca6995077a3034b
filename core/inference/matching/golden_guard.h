// Whether a model that was just loaded gives the golden answers of its settings: what guards a
// refresh.
// Thread: any. Cost: a run for each golden answer, and its files.
#pragma once

#include "base/clock.h"
#include "base/duration.h"
#include "base/result.h"
#include "model/model_bundle.h"

#include <stop_token>

namespace warmbench {

// FailedPrecondition: how many differ, and what the first of them says; one that cannot be read or
// run differs. Cancelled: `stop` was requested, which ends a run if the engine can. A run that is
// longer than `allowed` (negative: no limit) ends before its next piece, and differs.
Result<void> holdsGoldenAnswers(const ModelBundle &model, const Clock &clock, Milliseconds allowed,
                                const std::stop_token &stop);

} // namespace warmbench
