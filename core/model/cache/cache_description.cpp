#include "model/cache/load_errors.h"
#include "model/cache/loader_thread.h"

namespace warmbench {

namespace {

std::shared_ptr<const ModelStatus::Facts> factsOf(const LoadPlan &plan, ModelDescription described)
{
    auto facts = std::make_shared<ModelStatus::Facts>();
    facts->digest = plan.digest;
    facts->engine = std::move(described.engine);
    facts->fileBytes = plan.fileBytes;
    facts->memory = plan.estimate;
    facts->files = plan.files;
    facts->spec = std::move(described.spec);
    facts->settings = plan.settings;
    facts->input = std::move(described.input);
    facts->warnings = std::move(described.warnings);
    return facts;
}

} // namespace

void LoaderThread::describe(const CacheState::Task &task)
{
    task.described(described(task.entry));
}

// What was said before holds while the files stay, a refusal too: reading a large file again for
// each that asks would keep loads waiting.
Result<std::shared_ptr<const ModelStatus::Facts>> LoaderThread::described(const Entry &entry)
{
    std::optional<CacheEntry::Description> before;
    {
        const auto lock = m_state->lock();
        if (entry->instance)
            return entry->facts; // loaded meanwhile
        before = entry->description;
    }
    if (before && stillCurrent(*before->files))
        return before->facts;
    const auto plan = callSource<LoadPlan>([&] { return m_source.probe(entry->id); });
    if (!plan)
        return asLoadError(plan.error());
    auto told = callSource<ModelDescription>([&] { return m_source.describe(*plan); });
    if (plan->fileBytes > worthTrimming)
        releaseFreeMemory();
    Result<std::shared_ptr<const ModelStatus::Facts>> facts =
        told ? Result(factsOf(*plan, *std::move(told))) : asLoadError(std::move(told).error());
    if (!facts && isPassing(facts.error()))
        return facts;
    const auto lock = m_state->lock();
    entry->description = CacheEntry::Description{filesOf(*plan), facts};
    if (facts && !entry->instance)
        entry->facts = *facts;
    return facts;
}

} // namespace warmbench
