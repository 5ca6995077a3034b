#include "http/model_facts.h"

#include "http/open_inference_models.h"

namespace warmbench::http {

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
