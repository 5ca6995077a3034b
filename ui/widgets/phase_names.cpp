#include "ui/widgets/phase_names.h"

#include "ui/widgets/theme.h"

#include <QCoreApplication>

namespace warmbench::ui {

namespace {

QString phaseName(const char *source)
{
    return QCoreApplication::translate("Phases", source);
}

} // namespace

QString phaseText(Phase phase)
{
    switch (phase) {
    case Phase::Load:
        return phaseName("Load");
    case Phase::Queue:
        return phaseName("Queue");
    case Phase::Decode:
        return phaseName("Decode");
    case Phase::Preprocess:
        return phaseName("Preprocess");
    case Phase::Infer:
        return phaseName("Infer");
    case Phase::Postprocess:
        break;
    }
    return phaseName("Postprocess");
}

std::array<QColor, allPhases.size()> phaseColours()
{
    const ThemeColours colours = themeColours();
    return {colours.warning,   colours.muted,     colours.series[3],
            colours.series[2], colours.series[0], colours.series[1]};
}

} // namespace warmbench::ui
