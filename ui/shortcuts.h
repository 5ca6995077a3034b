// All keyboard shortcuts of the window, in one table that the window and its list of shortcuts
// read. Thread: GUI.
#pragma once

#include <QKeySequence>
#include <QString>
#include <vector>

class QAction;

namespace warmbench::ui {

enum class Shortcut {
    OpenModel,
    OpenInput,
    PasteInput,
    Run,
    CancelRun,
    ShowResult,
    ShowSeen,
    ShowOriginal,
    ShowAll,
    CopyCurl,
    CopySelected, // copies lines of the list that has the focus
    RefreshModel,
    UndoSetting,
    RedoSetting,
    EditSetting, // in the list of facts
    RenameModel, // in the list of models
    PageTry,
    PageNetwork,
    PageCompare,
    PageApi,
    FullScreen, // of the picture
    NextPart,
    SearchEverything,
    Preferences,
    ShowShortcuts,
    Quit,
};

struct ShortcutRow
{
    Shortcut shortcut;
    QString group; // "Pages and parts"
    QString what;  // "Open a model"
    QKeySequence keys;
};

// Rows of a group stand together.
const std::vector<ShortcutRow> &allShortcuts();

QKeySequence keysOf(Shortcut shortcut);

// "Open a model (Ctrl+O)".
QString tipWithKeys(const QString &tip, Shortcut shortcut);

// Gives the action its keys, and a tool tip that names them.
void setShortcut(QAction *action, const QString &tip, Shortcut shortcut);

} // namespace warmbench::ui
