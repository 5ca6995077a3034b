#include "http/served_models.h"

#include "base/text.h"

#include <fmt/format.h>

namespace warmbench::http {

Error unknownModel(const ModelId &id)
{
    const std::string version =
        id.version.empty() ? "" : fmt::format(" version {}", printable(id.version, 40));
    return notFound(fmt::format("Request for unknown model: '{}'{} is not found",
                                printable(id.name, 200), version));
}

Result<ModelView> openModel(const Workbench &workbench, const ModelId &id)
{
    auto exact = workbench.model(id);
    if (!exact)
        return unknownModel(id);
    if (id.version.empty() || exact->status.state == ModelState::Ready)
        return exact;
    auto serving = workbench.model({id.name, {}});
    if (!serving)
        return exact;
    const bool highest = versionsOf(*serving).back() == id.version;
    return highest || serving->status.loadedVersion == id.version ? std::move(serving)
                                                                  : std::move(exact);
}

bool isReady(const ModelView &view)
{
    return !view.status.unloadedOnRequest && view.status.state != ModelState::Failed;
}

std::vector<std::string> versionsOf(const ModelView &view)
{
    std::vector<std::string> versions;
    for (const auto &[version, file] : view.entry.versions)
        versions.push_back(std::to_string(version));
    if (versions.empty())
        versions.push_back(view.status.loadedVersion.empty() ? "1" : view.status.loadedVersion);
    return versions;
}

void withFacts(Workbench &workbench, const ModelId &id,
               const std::function<void(Result<ModelView>)> &done)
{
    auto view = openModel(workbench, id);
    if (!view || (view->status.state == ModelState::Ready && view->status.facts)) {
        done(std::move(view));
        return;
    }
    const ModelId answering = view->status.id;
    workbench.describe(answering,
                       [view = *std::move(view),
                        done](Result<std::shared_ptr<const ModelStatus::Facts>> facts) mutable {
                           if (!facts) {
                               done(std::move(facts).error());
                               return;
                           }
                           view.status.facts = *std::move(facts);
                           done(std::move(view));
                       });
}

} // namespace warmbench::http
