// The keyboard shortcuts of the window, all of them. Thread: GUI.
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
    CopySelected, // lines of a list, while it has the focus
    RefreshModel,
    NextDock,
    ShowShortcuts,
    Quit,
};

QKeySequence keysOf(Shortcut shortcut);

// "Open a model (Ctrl+O)".
QString tipWithKeys(const QString &tip, Shortcut shortcut);

// Gives the action its keys, and its tool tip their name.
void setShortcut(QAction *action, const QString &tip, Shortcut shortcut);

} // namespace warmbench::ui
