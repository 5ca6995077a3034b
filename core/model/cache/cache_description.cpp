#include "model/cache/cache_description.h"

#include "model/cache/source_calls.h"

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
    facts->settings = std::move(described.settings);
    facts->input = std::move(described.input);
    facts->understood = std::move(described.understood);
    facts->warnings = std::move(described.warnings);
    return facts;
}

} // namespace

Result<std::shared_ptr<const ModelStatus::Facts>>
describeEntry(CacheState &state, ModelSource &source, CacheEntry &entry)
{
    std::optional<CacheEntry::Description> before;
    {
        const MutexLock lock(state.mutex());
        if (entry.instance)
            return entry.facts; // loaded meanwhile
        before = entry.description;
    }
    if (before && before->files->settings.edits == source.edits(entry.id.name) &&
        stillCurrent(source, *before->files))
        return before->facts;
    const auto plan = callSource<LoadPlan>([&] { return source.probe(entry.id); });
    if (!plan)
        return asLoadError(plan.error());
    auto told = callSource<ModelDescription>([&] { return source.describe(*plan); });
    if (plan->fileBytes > worthTrimming)
        releaseFreeMemory();
    Result<std::shared_ptr<const ModelStatus::Facts>> facts =
        told ? Result(factsOf(*plan, *std::move(told))) : asLoadError(std::move(told).error());
    if (!facts && isPassing(facts.error()))
        return facts;
    const MutexLock lock(state.mutex());
    entry.description = CacheEntry::Description{filesOf(*plan), facts};
    if (facts && !entry.instance)
        entry.facts = *facts;
    return facts;
}

} // namespace warmbench
