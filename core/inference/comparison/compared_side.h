// One of the two models of a comparison while it lasts: a pin on the one in the cache, or a network
// loaded beside the cache where the comparison wants it otherwise.
//
// Thread: "compare"; runs happen on workers, and this thread waits for them. Private to this
// folder.
#pragma once

#include "base/duration.h"
#include "inference/comparison/comparison.h"
#include "inference/comparison/comparison_request.h"
#include "inference/comparison/comparison_services.h"
#include "inference/inference_types.h"
#include "model/cache/memory_loan.h"
#include "model/cache/model_handle.h"

#include <memory>
#include <stop_token>
#include <string>

namespace warmbench {

Error comparisonEnded(); // Cancelled

class ComparedSide
{
public:
    // Waits for the load. Errors: those of ModelCache::acquire, or of probe, estimate, borrow and
    // load; InvalidArgument: a preparation for a model that takes no pictures; Cancelled.
    static Result<ComparedSide> load(const ComparisonSide &asked, ComparisonServices services,
                                     const std::stop_token &stop);

    const ModelBundle &model() const { return m_own ? *m_own : *m_handle; }
    ComparedModel told() const;

    // One run on a worker, in a place for heavy jobs, within `allowed` (negative: no limit).
    // Timings lack the wait for the worker. Errors as Workbench::predict; a run that `stop` ends,
    // Cancelled.
    Result<Prediction> run(const InputDecoder &decode, Milliseconds allowed,
                           const std::stop_token &stop) const;

private:
    explicit ComparedSide(ComparisonServices services)
        : m_services(std::move(services))
    {
    }
    Result<void> pin(const ModelId &id, const std::stop_token &stop);
    Result<void> loadOwn(const ComparisonSide &asked);
    Result<void> prepare(const Preprocessing &how);

    ComparisonServices m_services;
    std::string m_queue; // of the scheduler: one for each network
    MemoryLoan m_loan;   // goes back after the network
    ModelHandle m_handle;
    std::unique_ptr<ModelBundle> m_own; // instead of the cache's, or a copy that shares its network
};

} // namespace warmbench
