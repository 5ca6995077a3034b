#include "ui/widgets/phase_names.h"

#include "ui/widgets/theme.h"

#include <QCoreApplication>

namespace warmbench::ui {

namespace {

QString translated(const char *source)
{
    return QCoreApplication::translate("Phases", source);
}

} // namespace

QString phaseText(Phase phase)
{
    switch (phase) {
    case Phase::Load:
        return translated("Load");
    case Phase::Queue:
        return translated("Queue");
    case Phase::Decode:
        return translated("Decode");
    case Phase::Preprocess:
        return translated("Preprocess");
    case Phase::Infer:
        return translated("Infer");
    case Phase::Postprocess:
        break;
    }
    return translated("Postprocess");
}

std::array<QColor, allPhases.size()> phaseColours()
{
    const ThemeColours colours = themeColours();
    return {colours.warning,   colours.muted,     colours.series[3],
            colours.series[2], colours.series[0], colours.series[1]};
}

} // namespace warmbench::ui
