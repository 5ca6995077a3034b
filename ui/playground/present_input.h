// What the playground would send now, as the API's snippets take it. Thread: GUI.
#pragma once

#include "base/result.h"
#include "ui/api/snippets.h"

#include <functional>

namespace warmbench::ui {

class Background;
class InputPanel;

// With a file that holds the body where it is no text; a pasted picture is saved first, but not one
// that a client sent. `use` is called on this thread, perhaps later, as long as `panel` lives.
void withPresentInput(InputPanel &panel, const QString &model, Background &background,
                      std::function<void(const Result<ApiInput> &)> use);

} // namespace warmbench::ui
