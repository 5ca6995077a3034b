// The phases of a prediction as the window names and colours them. Thread: GUI for the colours.
#pragma once

#include "inference/inference_types.h"

#include <array>
#include <QColor>
#include <QString>

namespace warmbench::ui {

QString phaseText(Phase phase); // "Load"
// In the order of allPhases, to suit the present palette.
std::array<QColor, allPhases.size()> phaseColours();

} // namespace warmbench::ui
