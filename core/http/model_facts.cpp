#include "http/model_facts.h"

#include "base/text.h"
#include "http/open_inference_models.h"

#include <fmt/format.h>

namespace warmbench::http {

void withFacts(Workbench &workbench, const ModelId &id,
               const std::function<void(Result<ModelView>)> &done)
{
    auto view = openModel(workbench, id);
    if (!view || view->status.facts) {
        done(std::move(view));
        return;
    }
    if (view->status.unloadedOnRequest) {
        done(failedPrecondition(
            fmt::format("The model \"{}\" was unloaded on request; load it or send it a request.",
                        printable(id.name))));
        return;
    }
    workbench.cache().acquire(
        id, Purpose::Other, [&workbench, id, done](const Result<Acquired> &acquired) {
            if (!acquired) {
                done(acquired.error());
                return;
            }
            auto loaded = openModel(workbench, id);
            done(loaded && !loaded->status.facts ? Result<ModelView>(unknownModel(id))
                                                 : std::move(loaded));
        });
}

} // namespace warmbench::http
