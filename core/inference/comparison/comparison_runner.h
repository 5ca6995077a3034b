// Compares models, one comparison after the other, on a thread of its own.
//
// Thread: any; nothing blocks. Answers come from the thread "compare", or at once on the caller's.
// Source, cache and scheduler must outlive it: it waits for their threads.
#pragma once

#include "base/duration.h"
#include "base/job_thread.h"
#include "inference/comparison/comparison.h"
#include "inference/comparison/comparison_request.h"
#include "inference/comparison/comparison_services.h"

#include <functional>

namespace warmbench {

class ComparisonRunner
{
public:
    using Done = std::function<void(Result<Comparison>)>;

    explicit ComparisonRunner(ComparisonServices services);

    // `allowed`: for each run; negative: no limit. Errors: NotFound (unknown name), InvalidArgument
    // (no source of inputs, no runs), those of compareModels(), Unavailable (too many wait, or
    // shutting down). One that is cancelled is answered within the run that is under way, which
    // ends early if the engine can.
    void compare(ComparisonRequest request, Milliseconds allowed, Done done);
    // Ends the comparison under way, refuses those that wait, joins the thread. Idempotent.
    void stop() { m_thread.stop(); }

private:
    Result<void> accepts(const ComparisonRequest &request) const;
    Result<Comparison> compared(const ComparisonRequest &request, Milliseconds allowed,
                                const std::stop_token &stop) const;

    const ComparisonServices m_services;
    JobThread m_thread{"compare", "comparisons"}; // last: it uses the services
};

} // namespace warmbench
