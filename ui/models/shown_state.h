// A model's state as the window names and colours it. Thread: GUI.
#pragma once

#include "model/cache/model_cache.h"

#include <QColor>
#include <QString>

namespace warmbench::ui {

// There are more states than the cache has: a loaded model may have changed on disk, or be about to
// be replaced.
enum class ShownState { NotLoaded, Loading, Loaded, Refreshing, Changed, RefreshFailed, Failed };
ShownState shownState(const ModelStatus &status);
QString stateWord(ShownState state);
QString stateIcon(ShownState state); // name of the icon
QColor stateColour(ShownState state);

} // namespace warmbench::ui
