#include "ui/models/shown_state.h"

#include "ui/models/model_table.h"
#include "ui/widgets/theme.h"

using namespace Qt::StringLiterals;

namespace warmbench::ui {

ShownState shownState(const ModelStatus &status)
{
    switch (status.state) {
    case ModelState::Probing:
    case ModelState::Loading:
        return ShownState::Loading;
    case ModelState::Failed:
        return ShownState::Failed;
    case ModelState::Ready:
        if (status.refreshing)
            return ShownState::Refreshing;
        if (!status.reason.empty())
            return ShownState::RefreshFailed;
        return status.changedOnDisk ? ShownState::Changed : ShownState::Loaded;
    case ModelState::Registered:
    case ModelState::Retiring:
        break;
    }
    return ShownState::NotLoaded;
}

QString stateWord(ShownState state)
{
    switch (state) {
    case ShownState::Loading:
        return ModelTable::tr("Loading");
    case ShownState::Loaded:
        return ModelTable::tr("Loaded");
    case ShownState::Refreshing:
        return ModelTable::tr("Refreshing");
    case ShownState::Changed:
        return ModelTable::tr("Changed on disk");
    case ShownState::RefreshFailed:
        return ModelTable::tr("Refresh failed");
    case ShownState::Failed:
        return ModelTable::tr("Failed");
    case ShownState::NotLoaded:
        break;
    }
    return ModelTable::tr("Not loaded");
}

QString stateIcon(ShownState state)
{
    switch (state) {
    case ShownState::Loading:
    case ShownState::Refreshing:
        return u"state-loading"_s;
    case ShownState::Loaded:
        return u"state-loaded"_s;
    case ShownState::Changed:
        return u"state-changed"_s;
    case ShownState::RefreshFailed:
    case ShownState::Failed:
        return u"state-failed"_s;
    case ShownState::NotLoaded:
        break;
    }
    return u"state-idle"_s;
}

QColor stateColour(ShownState state)
{
    const ThemeColours colours = themeColours();
    switch (state) {
    case ShownState::Loaded:
        return colours.good;
    case ShownState::Changed:
    case ShownState::RefreshFailed:
        return colours.warning;
    case ShownState::Failed:
        return colours.bad;
    case ShownState::Loading:
    case ShownState::Refreshing:
        return colours.series[0];
    case ShownState::NotLoaded:
        break;
    }
    return colours.muted;
}

} // namespace warmbench::ui
