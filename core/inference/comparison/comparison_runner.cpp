#include "inference/comparison/comparison_runner.h"

#include "base/exceptions.h"
#include "inference/comparison/compare_models.h"

#include <utility>

namespace warmbench {

ComparisonRunner::ComparisonRunner(ComparisonServices services)
    : m_services(std::move(services))
{
}

Result<void> ComparisonRunner::accepts(const ComparisonRequest &request) const
{
    if (!request.next || request.runs < 1)
        return invalidArgument("A comparison needs inputs and at least one run of each.");
    for (const ComparisonSide *side : {&request.first, &request.second}) {
        if (auto known = m_services.source.contains(side->model); !known)
            return known;
    }
    return {};
}

void ComparisonRunner::compare(ComparisonRequest request, Milliseconds allowed, Done done)
{
    if (auto accepted = accepts(request); !accepted) {
        done(std::move(accepted).error());
        return;
    }
    auto refuse = [done](Error refusal) { done(std::move(refusal)); };
    // Networks that were loaded for it are gone before the answer.
    auto run = [this, request = std::move(request), allowed, done = std::move(done)](
                   const std::stop_token &stop) { done(compared(request, allowed, stop)); };
    m_thread.add({std::move(run), std::move(refuse)});
}

Result<Comparison> ComparisonRunner::compared(const ComparisonRequest &request,
                                              Milliseconds allowed,
                                              const std::stop_token &stop) const
{
    try {
        std::stop_source ending;
        const std::stop_callback gone(request.cancellation, [&] { ending.request_stop(); });
        const std::stop_callback over(stop, [&] { ending.request_stop(); });
        auto comparison = compareModels(request, m_services, allowed, ending.get_token());
        releaseFreeMemory();
        if (!comparison && stop.stop_requested())
            return JobThread::shuttingDown("compare");
        return comparison;
    } catch (...) {
        return loggedException("compare");
    }
}

} // namespace warmbench
