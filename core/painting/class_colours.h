// Colours of classes, the same wherever an answer is drawn. Thread: pure functions.
#pragma once

#include <QColor>

namespace warmbench {

// Hues a golden angle apart, so that neighbouring classes differ; the first one is blue.
QColor classColour(int index);
// Black or white, whichever reads better on it.
QColor textColourOn(const QColor &background);

} // namespace warmbench
