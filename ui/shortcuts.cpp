#include "ui/shortcuts.h"

#include <algorithm>
#include <QAction>
#include <QCoreApplication>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

QString translated(const char *source)
{
    return QCoreApplication::translate("Shortcuts", source);
}

std::vector<ShortcutRow> tableOfShortcuts()
{
    const QString input = translated("Models and inputs");
    const QString answer = translated("Run and answer");
    const QString settings = translated("Settings of a model");
    const QString pages = translated("Pages and parts");
    const QString window = translated("Window");
    return {
        {Shortcut::OpenModel, input, translated("Open a model"), Qt::CTRL | Qt::Key_O},
        {Shortcut::OpenInput, input, translated("Open a picture, numbers or a table"),
         Qt::CTRL | Qt::SHIFT | Qt::Key_O},
        {Shortcut::PasteInput, input, translated("Paste an input and run it"), QKeySequence::Paste},
        {Shortcut::RefreshModel, input, translated("Load the model from disk again"), Qt::Key_F5},
        {Shortcut::RenameModel, input, translated("Rename the model, in the list of models"),
         Qt::Key_F2},
        {Shortcut::Run, answer, translated("Run the model on the input"),
         Qt::CTRL | Qt::Key_Return},
        {Shortcut::CancelRun, answer, translated("Give up the run under way"), Qt::Key_Escape},
        {Shortcut::ShowResult, answer, translated("Show the result"), Qt::Key_1},
        {Shortcut::ShowSeen, answer, translated("Show what the network saw"), Qt::Key_2},
        {Shortcut::ShowOriginal, answer, translated("Show the original"), Qt::Key_3},
        {Shortcut::ShowAll, answer, translated("Show all three beside each other"), Qt::Key_4},
        {Shortcut::FullScreen, answer, translated("Show the picture on the whole screen, and back"),
         Qt::Key_F11},
        {Shortcut::CopyCurl, answer, translated("Copy the request as a curl command"),
         Qt::CTRL | Qt::SHIFT | Qt::Key_C},
        {Shortcut::CopySelected, answer, translated("Copy the selected lines, in any list"),
         QKeySequence::Copy},
        {Shortcut::EditSetting, settings, translated("Change a value, in the list of facts"),
         Qt::Key_F2},
        {Shortcut::UndoSetting, settings, translated("Undo the last change"), Qt::CTRL | Qt::Key_Z},
        {Shortcut::RedoSetting, settings, translated("Make the undone change again"),
         Qt::CTRL | Qt::SHIFT | Qt::Key_Z},
        {Shortcut::PageTry, pages, translated("Page Try"), Qt::CTRL | Qt::Key_1},
        {Shortcut::PageNetwork, pages, translated("Page Network"), Qt::CTRL | Qt::Key_2},
        {Shortcut::PageCompare, pages, translated("Page Compare"), Qt::CTRL | Qt::Key_3},
        {Shortcut::PageApi, pages, translated("Page API"), Qt::CTRL | Qt::Key_4},
        {Shortcut::NextPart, pages, translated("Go to the next part of the window"), Qt::Key_F6},
        {Shortcut::SearchEverything, window, translated("Search commands, models and files"),
         Qt::CTRL | Qt::Key_K},
        {Shortcut::Preferences, window, translated("Preferences"), Qt::CTRL | Qt::Key_Comma},
        {Shortcut::ShowShortcuts, window, translated("Keyboard shortcuts"), Qt::Key_F1},
        {Shortcut::Quit, window, translated("Quit"), Qt::CTRL | Qt::Key_Q},
    };
}

} // namespace

const std::vector<ShortcutRow> &allShortcuts()
{
    static const std::vector<ShortcutRow> rows = tableOfShortcuts();
    return rows;
}

QKeySequence keysOf(Shortcut shortcut)
{
    const auto &rows = allShortcuts();
    const auto found = std::find_if(
        rows.begin(), rows.end(), [&](const ShortcutRow &row) { return row.shortcut == shortcut; });
    return found == rows.end() ? QKeySequence() : found->keys;
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
