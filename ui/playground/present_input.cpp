#include "ui/playground/present_input.h"

#include "ui/background.h"
#include "ui/playground/input_panel.h"

namespace warmbench::ui {

void withPresentInput(InputPanel &panel, const QString &model, Background &background,
                      std::function<void(const Result<ApiInput> &)> use)
{
    ApiInput input;
    input.model = model;
    input.body = panel.body();
    const auto picture = panel.picture();
    if (!input.body || !picture || !picture->path.isEmpty()) {
        input.path = panel.path();
        if (input.body && input.path.isEmpty())
            input.text = panel.bodyText();
        return use(input);
    }
    if (picture->ofRequest)
        return use(failedPrecondition(
            InputPanel::tr("A client sent this picture, and it is never written to disk unasked: "
                           "save its body under Requests, then open that file.")
                .toStdString()));
    background.run(
        &panel, [picture = *picture] { return savedAsFile(picture); },
        [input, use = std::move(use)](const Result<QString> &path) mutable {
            if (!path)
                return use(path.error());
            input.path = *path;
            use(input);
        });
}

} // namespace warmbench::ui
