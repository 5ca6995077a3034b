#include "engine/engine.h"
#include "ui/api_control.h"
#include "ui/inspector/inspector.h"
#include "ui/log/log_panel.h"
#include "ui/models/models_panel.h"
#include "ui/monitor/monitor.h"
#include "ui/playground/playground.h"
#include "ui/settings.h"
#include "ui/shortcuts.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/message_strip.h"
#include "ui/widgets/theme.h"
#include "ui/window/first_run_page.h"
#include "ui/window/main_window_private.h"
#include "ui/window/status_line.h"

#include <QActionGroup>
#include <QApplication>
#include <QDialog>
#include <QDialogButtonBox>
#include <QGridLayout>
#include <QLabel>
#include <QMenuBar>
#include <QMessageBox>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTabWidget>
#include <QToolBar>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr int leftWidth = 270;
constexpr int rightWidth = 320;
constexpr int bottomHeight = 196;

QString engineNames()
{
    QStringList names;
    for (const EngineVersion &engine : engineVersions())
        names.append(engine.version.empty()
                         ? MainWindow::tr("no %1 (%2)")
                               .arg(QString::fromStdString(engine.name),
                                    QString::fromStdString(engine.reason).toHtmlEscaped())
                         : QString::fromStdString(engine.name + ' ' + engine.version));
    return names.join(QStringLiteral(", "));
}

QAction *action(QObject *parent, const QString &name, const QString &iconName, const QString &text,
                const QString &tip)
{
    auto *made = new QAction(text, parent);
    if (!iconName.isEmpty())
        made->setIcon(icon(iconName));
    made->setObjectName(name);
    made->setToolTip(tip);
    return made;
}

QAction *action(QObject *parent, const QString &name, const QString &iconName, const QString &text,
                const QString &tip, Shortcut shortcut)
{
    QAction *made = action(parent, name, iconName, text, tip);
    setShortcut(made, tip, shortcut);
    return made;
}

} // namespace

void MainWindow::Private::build()
{
    applyTheme(themeFromName(read(settings::theme)));
    window.setWindowTitle(u"Warmbench"_s);
    window.setWindowIcon(QIcon(u":/icons/app.svg"_s));
    window.setAcceptDrops(true);
    window.setDockOptions(QMainWindow::AnimatedDocks | QMainWindow::AllowTabbedDocks |
                          QMainWindow::AllowNestedDocks);
    window.setTabPosition(Qt::BottomDockWidgetArea, QTabWidget::North);
    window.setCorner(Qt::BottomLeftCorner, Qt::BottomDockWidgetArea);
    window.setCorner(Qt::BottomRightCorner, Qt::BottomDockWidgetArea);

    feed = new WorkbenchFeed(workbench, &window);
    playground = new Playground(workbench, *feed, api, background);
    firstRun = new FirstRunPage(api);
    auto *pages = new QTabWidget;
    pages->setDocumentMode(true);
    pages->setTabBarAutoHide(true);
    pages->setFocusPolicy(Qt::NoFocus); // its hidden tab bar would take the Tab key
    pages->addTab(playground, MainWindow::tr("Playground"));
    tabs = pages;
    message = new MessageStrip;
    message->setObjectName(u"windowMessage"_s);
    centre = new QStackedWidget;
    centre->addWidget(firstRun);
    centre->addWidget(tabs);
    auto *middle = new QWidget;
    auto *column = new QVBoxLayout(middle);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(message);
    column->addWidget(centre, 1);
    window.setCentralWidget(middle);

    models = new ModelsPanel(workbench, *feed);
    inspector = new Inspector(workbench);
    monitor = new Monitor(workbench);
    log = new LogPanel;
    docks = {
        addDock(u"modelsDock"_s, MainWindow::tr("Models"), models, Qt::LeftDockWidgetArea),
        addDock(u"inspectorDock"_s, MainWindow::tr("Inspector"), inspector,
                Qt::RightDockWidgetArea),
        addDock(u"monitorDock"_s, MainWindow::tr("Monitor"), monitor, Qt::BottomDockWidgetArea),
        addDock(u"logDock"_s, MainWindow::tr("Log"), log, Qt::BottomDockWidgetArea)};
    window.tabifyDockWidget(docks[2], docks[3]);
    makeActions();
    makeMenus();
    makeToolBar();
    status = new StatusLine(api, apiSwitch, window.statusBar());
}

QDockWidget *MainWindow::Private::addDock(const QString &name, const QString &title, QWidget *inner,
                                          Qt::DockWidgetArea area)
{
    auto *dock = new QDockWidget(title, &window);
    dock->setObjectName(name);
    dock->setAccessibleName(title);
    dock->setWidget(inner);
    window.addDockWidget(area, dock);
    return dock;
}

void MainWindow::Private::makeActions()
{
    const auto add = [this](auto... arguments) { return action(&window, arguments...); };
    open = add(u"open"_s, u"open"_s, MainWindow::tr("Open…"), MainWindow::tr("Open a model"),
               Shortcut::OpenModel);
    openFolder = add(u"openFolder"_s, u"models"_s, MainWindow::tr("Open folder…"),
                     MainWindow::tr("Open a folder of models"));
    sample = add(u"sample"_s, u"run"_s, MainWindow::tr("Try the sample"),
                 MainWindow::tr("Open the models that come with the program"));
    sample->setEnabled(false);
    quit = add(u"quit"_s, QString(), MainWindow::tr("Quit"), MainWindow::tr("Close the window"),
               Shortcut::Quit);
    apiSwitch = add(u"apiSwitch"_s, u"api"_s, MainWindow::tr("API"), QString());
    apiSwitch->setCheckable(true);
    reset = add(u"resetLayout"_s, QString(), MainWindow::tr("Reset layout"),
                MainWindow::tr("Put every dock back where it was at first"));
    nextDock = add(u"nextDock"_s, QString(), MainWindow::tr("Next dock"),
                   MainWindow::tr("Move the focus to the next dock"), Shortcut::NextDock);
    shortcuts = add(u"shortcuts"_s, u"info"_s, MainWindow::tr("Keyboard shortcuts"),
                    MainWindow::tr("Show the keyboard shortcuts"), Shortcut::ShowShortcuts);
    about = add(u"about"_s, QString(), MainWindow::tr("About Warmbench"), QString());

    QObject::connect(open, &QAction::triggered, &window, [this] { askForModel(false); });
    QObject::connect(openFolder, &QAction::triggered, &window, [this] { askForModel(true); });
    QObject::connect(sample, &QAction::triggered, &window, &MainWindow::trySample);
    QObject::connect(quit, &QAction::triggered, &window, &QWidget::close);
    QObject::connect(apiSwitch, &QAction::triggered, &window, [this](bool on) { toggleApi(on); });
    QObject::connect(reset, &QAction::triggered, &window, &MainWindow::resetLayout);
    QObject::connect(nextDock, &QAction::triggered, &window, [this] { focusNextDock(); });
    QObject::connect(shortcuts, &QAction::triggered, &window, [this] { showShortcuts(); });
    QObject::connect(about, &QAction::triggered, &window, [this] { showAbout(); });
}

void MainWindow::Private::makeMenus()
{
    QMenuBar *bar = window.menuBar();
    QMenu *file = bar->addMenu(MainWindow::tr("&File"));
    file->addActions({open, openFolder, playground->openInputAction()});
    recent = file->addMenu(MainWindow::tr("Recent"));
    file->addAction(sample);
    file->addSeparator();
    file->addAction(quit);

    QMenu *model = bar->addMenu(MainWindow::tr("&Model"));
    model->addActions({playground->runAction(), playground->cancelAction()});
    model->addSeparator();
    model->addActions(models->modelActions());

    QMenu *view = bar->addMenu(MainWindow::tr("&View"));
    for (QDockWidget *dock : docks)
        view->addAction(dock->toggleViewAction());
    view->addSeparator();
    view->addActions({nextDock, reset});
    QMenu *theme = view->addMenu(icon(u"theme"_s), MainWindow::tr("Theme"));
    auto *group = new QActionGroup(&window);
    const auto addTheme = [&](const QString &text, Theme value) {
        QAction *choice = theme->addAction(text);
        choice->setCheckable(true);
        choice->setChecked(read(settings::theme) == themeName(value));
        group->addAction(choice);
        QObject::connect(choice, &QAction::triggered, &window, [value] {
            write(settings::theme, themeName(value));
            applyTheme(value);
        });
    };
    addTheme(MainWindow::tr("Follow the system"), Theme::System);
    addTheme(MainWindow::tr("Light"), Theme::Light);
    addTheme(MainWindow::tr("Dark"), Theme::Dark);

    QMenu *apiMenu = bar->addMenu(MainWindow::tr("&API"));
    apiMenu->addActions({apiSwitch, playground->curlAction()});
    QMenu *help = bar->addMenu(MainWindow::tr("&Help"));
    help->addActions({shortcuts, about});
}

void MainWindow::Private::makeToolBar()
{
    QToolBar *bar = window.addToolBar(MainWindow::tr("Toolbar"));
    bar->setObjectName(u"toolBar"_s);
    bar->setAccessibleName(MainWindow::tr("Toolbar"));
    bar->setMovable(false);
    bar->setIconSize({20, 20});
    bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    bar->addAction(open);
    bar->addAction(models->refreshAction());
    bar->addAction(playground->runAction());
    auto *space = new QWidget(bar);
    space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    bar->addWidget(space);
    bar->addAction(apiSwitch);
    for (QAction *each : bar->actions())
        if (QWidget *button = bar->widgetForAction(each); button && button != space)
            button->setFocusPolicy(Qt::StrongFocus);
}

void MainWindow::Private::arrange()
{
    window.resizeDocks({docks[0], docks[1]}, {leftWidth, rightWidth}, Qt::Horizontal);
    window.resizeDocks({docks[2]}, {bottomHeight}, Qt::Vertical);
    docks[2]->raise();
}

void MainWindow::Private::focusNextDock()
{
    QList<QWidget *> places{centre->currentWidget()};
    for (QDockWidget *dock : docks)
        if (dock->isVisible())
            places << dock->widget();
    const QWidget *focused = QApplication::focusWidget();
    qsizetype at = 0;
    for (qsizetype i = 0; i < places.size(); ++i)
        if (focused && (places[i] == focused || places[i]->isAncestorOf(focused)))
            at = i;
    QWidget *next = places[(at + 1) % places.size()];
    if (auto *dock = qobject_cast<QDockWidget *>(next->parentWidget()))
        dock->raise();
    for (QWidget *child : next->findChildren<QWidget *>())
        if (child->isVisible() && child->isEnabled() && child->focusPolicy() & Qt::TabFocus) {
            child->setFocus(Qt::TabFocusReason);
            return;
        }
}

void MainWindow::Private::showShortcuts()
{
    auto *dialog = new QDialog(&window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(MainWindow::tr("Keyboard shortcuts"));
    auto *grid = new QGridLayout;
    grid->setHorizontalSpacing(32);
    grid->setVerticalSpacing(7);
    int row = 0;
    for (const QAction *each : window.findChildren<QAction *>()) {
        // Shortcuts of a single list, such as copying its lines, are left out.
        if (each->shortcut().isEmpty() || each->shortcutContext() == Qt::WidgetShortcut)
            continue;
        QString name = each->text();
        grid->addWidget(new QLabel(name.remove(u'&'), dialog), row, 0);
        auto *keys = new QLabel(each->shortcut().toString(QKeySequence::NativeText), dialog);
        keys->setForegroundRole(QPalette::PlaceholderText);
        grid->addWidget(keys, row++, 1, Qt::AlignRight);
    }
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, dialog);
    QObject::connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
    auto *layout = new QVBoxLayout(dialog);
    layout->setContentsMargins(24, 20, 24, 16);
    layout->setSpacing(18);
    layout->addLayout(grid);
    layout->addWidget(buttons);
    dialog->open();
}

void MainWindow::Private::showAbout()
{
    auto *box = new QMessageBox(&window);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setWindowTitle(MainWindow::tr("About Warmbench"));
    box->setIconPixmap(window.windowIcon().pixmap(64, 64));
    box->setText(MainWindow::tr("<h3>Warmbench %1</h3><p>An inference workbench: one model in "
                                "memory, in this window and behind /predict.</p><p>Free software "
                                "under the GNU General Public License, version 3 or later.</p>"
                                "<p>Engines: %2</p>")
                     .arg(QApplication::applicationVersion(), engineNames()));
    box->open();
}

} // namespace warmbench::ui
