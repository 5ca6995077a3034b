#include "ui/shortcuts.h"

#include <QAction>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

QKeySequence keysOf(Shortcut shortcut)
{
    switch (shortcut) {
    case Shortcut::OpenModel:
        return Qt::CTRL | Qt::Key_O;
    case Shortcut::OpenInput:
        return Qt::CTRL | Qt::SHIFT | Qt::Key_O;
    case Shortcut::PasteInput:
        return QKeySequence::Paste;
    case Shortcut::Run:
        return Qt::CTRL | Qt::Key_Return;
    case Shortcut::CancelRun:
        return Qt::Key_Escape;
    case Shortcut::CopyCurl:
        return Qt::CTRL | Qt::SHIFT | Qt::Key_C;
    case Shortcut::CopySelected:
        return QKeySequence::Copy;
    case Shortcut::RefreshModel:
        return Qt::Key_F5;
    case Shortcut::UndoSetting:
        return Qt::CTRL | Qt::Key_Z;
    case Shortcut::RedoSetting:
        return Qt::CTRL | Qt::SHIFT | Qt::Key_Z;
    case Shortcut::EditSetting:
    case Shortcut::RenameModel:
        return Qt::Key_F2;
    case Shortcut::FullScreen:
        return Qt::Key_F11;
    case Shortcut::NextPart:
        return Qt::Key_F6;
    case Shortcut::SearchEverything:
        return Qt::CTRL | Qt::Key_K;
    case Shortcut::ShowShortcuts:
        return Qt::Key_F1;
    case Shortcut::Quit:
        return Qt::CTRL | Qt::Key_Q;
    }
    return {};
}

QString tipWithKeys(const QString &tip, Shortcut shortcut)
{
    return u"%1 (%2)"_s.arg(tip, keysOf(shortcut).toString());
}

void setShortcut(QAction *action, const QString &tip, Shortcut shortcut)
{
    action->setShortcut(keysOf(shortcut));
    action->setToolTip(tipWithKeys(tip, shortcut));
}

} // namespace warmbench::ui
