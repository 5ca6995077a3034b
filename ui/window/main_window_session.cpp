#include "ui/models/models_panel.h"
#include "ui/playground/playground.h"
#include "ui/settings.h"
#include "ui/widgets/display_text.h"
#include "ui/widgets/message_overlay.h"
#include "ui/window/command_palette.h"
#include "ui/window/main_window_private.h"

#include <algorithm>
#include <QAction>
#include <QFileInfo>
#include <QMenu>
#include <QTabWidget>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

// The sample has another folder in each run.
constexpr QLatin1StringView sampleMark(":sample");

struct Reopened
{
    QStringList paths;
    QStringList missing;
};

} // namespace

void MainWindow::Private::storeSession()
{
    if (sessionLeft)
        return;
    QStringList paths = session;
    if (const qsizetype at = paths.indexOf(sampleFolder); at >= 0)
        paths[at] = sampleMark;
    write(settings::sessionPaths, paths);
    write(settings::sessionModel, models->selected());
    write(settings::sessionInput, playground->inputPath());
    write(settings::sessionPage, tabs->currentIndex());
}

void MainWindow::Private::restoreSession()
{
    QStringList paths = read(settings::sessionPaths);
    if (const qsizetype at = paths.indexOf(sampleMark); at >= 0)
        paths[at] = sampleFolder;
    paths.removeAll(QString()); // without a sample
    if (paths.isEmpty())
        return;
    sessionLeft = true;
    background.run(
        &window,
        [this, paths] {
            Reopened reopened;
            for (const QString &path : paths) {
                if (workbench.open(path.toStdString(), false))
                    reopened.paths << path;
                else
                    reopened.missing << QFileInfo(path).fileName();
            }
            return reopened;
        },
        [this](const Reopened &reopened) {
            session += reopened.paths;
            session.removeDuplicates();
            feed->updateNow();
            models->select(read(settings::sessionModel));
            tabs->setCurrentIndex(std::min(read(settings::sessionPage), tabs->count() - 1));
            if (const QString input = read(settings::sessionInput);
                !input.isEmpty() && models->selected() == read(settings::sessionModel))
                playground->showInput(input);
            sessionLeft = false;
            storeSoon();
            if (!reopened.missing.isEmpty())
                message->setMessage(MessageOverlay::Kind::Warning,
                                    MainWindow::tr("No longer there, or no longer a model: %1.")
                                        .arg(reopened.missing.join(u", "_s)));
        });
}

void MainWindow::Private::searchEverything()
{
    QList<Command> commands;
    for (QAction *action : window.findChildren<QAction *>()) {
        if (action->isSeparator() || action->menu() || action->text().isEmpty() ||
            !action->isEnabled() || action == search ||
            action->shortcutContext() == Qt::WidgetShortcut || recent->actions().contains(action))
            continue;
        QString name = action->text();
        commands << Command{name.remove(u'&'),
                            action->shortcut().toString(QKeySequence::NativeText),
                            [action] { action->trigger(); }};
    }
    for (const ModelView &model : feed->state().models)
        commands << Command{text(model.entry.name), MainWindow::tr("model"),
                            [this, name = text(model.entry.name)] { models->select(name); }};
    for (const QString &path : read(settings::recentPaths))
        commands << Command{path, MainWindow::tr("recent"),
                            [this, path] { window.openPaths({path}); }};
    auto *palette = new CommandPalette(std::move(commands), &window);
    palette->setAttribute(Qt::WA_DeleteOnClose);
    palette->open();
}

void MainWindow::restoreSession()
{
    m_d->restoreSession();
}

void MainWindow::leaveSession()
{
    m_d->sessionLeft = true;
}

} // namespace warmbench::ui
