#include "inference/network_copy.h"

#include <fmt/format.h>
#include <utility>

namespace warmbench {

Result<NetworkCopy> loadBeside(LoadPlan plan, const std::string &claim, ModelSource &source,
                               ModelCache &cache)
{
    const auto estimate = source.estimate(plan);
    if (!estimate)
        return estimate.error();
    auto loan = cache.borrow(claim, *estimate);
    if (!loan)
        return std::move(loan).error();
    auto loaded = source.load(plan);
    if (!loaded)
        return std::move(loaded).error();
    cache.countLoad();
    return NetworkCopy{*std::move(loan), *std::move(loaded)};
}

Result<NetworkCopy> copyOf(const ModelBundle &model, const CopyWish &wish, ModelSource &source,
                           ModelCache &cache)
{
    auto plan = source.probe(model.id);
    if (!plan)
        return std::move(plan).error();
    if (plan->digest != model.digest)
        return failedPrecondition(fmt::format(
            "The files of model \"{}\" have changed since it was loaded; refresh it, then try "
            "again.",
            model.id.name));
    plan->engine = wish.engine.empty() ? model.engine : wish.engine;
    plan->settings.instances = 1; // one caller runs it
    plan->instances = 1;
    plan->inner = wish.inner;
    plan->timeLayers = wish.timeLayers;
    return loadBeside(*std::move(plan), fmt::format("{} loads it once more and", wish.purpose),
                      source, cache);
}

} // namespace warmbench
