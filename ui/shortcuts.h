// All keyboard shortcuts of the window. Thread: GUI.
#pragma once

#include <QKeySequence>
#include <QString>

class QAction;

namespace warmbench::ui {

enum class Shortcut {
    OpenModel,
    OpenInput,
    PasteInput,
    Run,
    CancelRun,
    CopyCurl,
    CopySelected, // copies lines of the list that has the focus
    RefreshModel,
    UndoSetting,
    RedoSetting,
    EditSetting, // in the list of facts
    RenameModel, // in the list of models
    FullScreen,  // of the picture
    NextPart,
    SearchEverything,
    ShowShortcuts,
    Quit,
};

QKeySequence keysOf(Shortcut shortcut);

// "Open a model (Ctrl+O)".
QString tipWithKeys(const QString &tip, Shortcut shortcut);

// Gives the action its keys, and a tool tip that names them.
void setShortcut(QAction *action, const QString &tip, Shortcut shortcut);

} // namespace warmbench::ui
