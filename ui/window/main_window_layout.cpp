#include "ui/api/api_page.h"
#include "ui/api/requests_panel.h"
#include "ui/api_control.h"
#include "ui/compare/compare_page.h"
#include "ui/inspector/inspector.h"
#include "ui/log/log_panel.h"
#include "ui/models/models_panel.h"
#include "ui/monitor/monitor.h"
#include "ui/network/network_page.h"
#include "ui/playground/answer_view.h"
#include "ui/playground/playground.h"
#include "ui/preferences.h"
#include "ui/settings.h"
#include "ui/shortcuts.h"
#include "ui/widgets/hairline_splitter.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/message_overlay.h"
#include "ui/widgets/run_button.h"
#include "ui/widgets/theme.h"
#include "ui/window/about_dialog.h"
#include "ui/window/first_run_page.h"
#include "ui/window/kept_changes.h"
#include "ui/window/main_window_private.h"
#include "ui/window/preferences_dialog.h"
#include "ui/window/shortcuts_dialog.h"
#include "ui/window/status_line.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <QActionGroup>
#include <QApplication>
#include <QMenuBar>
#include <QScreen>
#include <QStackedWidget>
#include <QStyle>
#include <QTabWidget>
#include <QToolBar>
#include <QToolButton>
#include <QVBoxLayout>
#include <span>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

// Shares of the window: the page and the facts beside it, which hold the answer, take most of it.
constexpr int columnShares[] = {17, 50, 33};
constexpr int rowShares[] = {76, 24};
constexpr int leastModels = 190; // logical pixels, so that hits and misses are never cut
constexpr int leastCounts = 125; // of these for the letters, which may grow
constexpr int leastFacts = 250;
constexpr int layoutVersion = 2; // of the stored splitters
constexpr std::chrono::milliseconds storeDelay{400};

QList<int> shared(int length, std::span<const int> shares)
{
    QList<int> sizes;
    for (const int share : shares)
        sizes << length * share / 100;
    return sizes;
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
    preferences = new Preferences(workbench, api, &window);
    applyTheme(preferences->theme());
    applyTextSize(preferences->textSize());
    window.setWindowTitle(u"Warmbench"_s);
    window.setWindowIcon(QIcon(u":/icons/app.svg"_s));
    window.setAcceptDrops(true);
    feed = new WorkbenchFeed(workbench, &window);
    keptChanges = new KeptChanges(workbench, &window);
    makeParts();
    makeActions();
    apiPage = new ApiPage(api, apiSwitch, copyAddress);
    tabs->addTab(apiPage, MainWindow::tr("API"));
    constexpr std::array pageKeys{Shortcut::PageTry, Shortcut::PageNetwork, Shortcut::PageCompare,
                                  Shortcut::PageApi};
    for (int page = 0; page < tabs->count(); ++page) {
        auto *show = new QAction(MainWindow::tr("Page %1").arg(tabs->tabText(page)), &window);
        show->setShortcut(keysOf(pageKeys.at(static_cast<std::size_t>(page))));
        QObject::connect(show, &QAction::triggered, tabs,
                         [this, page] { tabs->setCurrentIndex(page); });
        window.addAction(show);
    }

    columns = new HairlineSplitter(Qt::Horizontal, u"columns"_s);
    columns->addWidget(models);
    columns->addWidget(centre);
    columns->addWidget(facts);
    columns->setStretchFactor(1, 1);
    const auto fitModels = [this] {
        models->setMinimumWidth(leastModels + leastCounts * (preferences->textSize() - 100) / 100);
    };
    fitModels();
    QObject::connect(preferences, &Preferences::changed, models, fitModels);
    facts->setMinimumWidth(leastFacts);
    rows = new HairlineSplitter(Qt::Vertical, u"rows"_s);
    rows->addWidget(columns);
    rows->addWidget(drawer);
    rows->setStretchFactor(0, 1);
    status = new StatusLine(workbench, api, {showMonitor, showRequests, showLog});
    auto *middle = new QWidget;
    auto *layout = new QVBoxLayout(middle);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(rows, 1);
    layout->addWidget(status);
    window.setCentralWidget(middle);
    message = new MessageOverlay(centre);
    makeMenus();
    makeToolBar();
}

void MainWindow::Private::makeParts()
{
    playground = new Playground(workbench, *feed, api, background);
    firstRun = new FirstRunPage(api);
    tabs = new QTabWidget;
    tabs->setObjectName(u"pages"_s);
    tabs->setDocumentMode(true);
    tabs->setTabBarAutoHide(true);
    tabs->setFocusPolicy(Qt::NoFocus); // its hidden tab bar would take the Tab key
    tabs->addTab(playground, MainWindow::tr("Try"));
    network = new NetworkPage(workbench, *feed, background,
                              [this] { return playground->presentInput(); });
    tabs->addTab(network, MainWindow::tr("Network"));
    comparePage = new ComparePage(workbench, *feed, background,
                                  [this](auto use) { playground->withApiInput(std::move(use)); });
    tabs->addTab(comparePage, MainWindow::tr("Compare"));
    centre = new QStackedWidget;
    centre->addWidget(firstRun);
    centre->addWidget(tabs);
    models = new ModelsPanel(workbench, *feed, *preferences);
    inspector = new Inspector(workbench, background);
    facts = new HairlineSplitter(Qt::Vertical, u"facts"_s);
    facts->addWidget(playground->answer());
    facts->addWidget(inspector);
    facts->setStretchFactor(0, 1);
    facts->setStretchFactor(1, 1);
    monitor = new Monitor(workbench, background);
    requests = new RequestsPanel(api, background);
    log = new LogPanel;
    drawer = new QStackedWidget;
    drawer->setObjectName(u"drawer"_s);
    drawer->addWidget(monitor);
    drawer->addWidget(requests);
    drawer->addWidget(log);
}

void MainWindow::Private::makeActions()
{
    const auto add = [this](auto... arguments) { return action(&window, arguments...); };
    open = add(u"open"_s, u"open"_s, MainWindow::tr("Open…"), MainWindow::tr("Open a model"),
               Shortcut::OpenModel);
    openFolder = add(u"openFolder"_s, u"models"_s, MainWindow::tr("Open folder…"),
                     MainWindow::tr("Open a folder of models, or of pictures to run"));
    sample = add(u"sample"_s, u"run"_s, MainWindow::tr("Try the sample"),
                 MainWindow::tr("Open the models that come with the program"));
    sample->setEnabled(false);
    quit = add(u"quit"_s, QString(), MainWindow::tr("Quit"), MainWindow::tr("Close the window"),
               Shortcut::Quit);
    apiSwitch = add(u"apiSwitch"_s, u"api"_s, MainWindow::tr("API"), QString());
    apiSwitch->setCheckable(true);
    copyAddress = add(u"copyAddress"_s, u"copy"_s, MainWindow::tr("Copy address"),
                      MainWindow::tr("Copy the address of the API"));
    showModels = add(u"showModels"_s, QString(), MainWindow::tr("Models"), QString());
    showFacts = add(u"showFacts"_s, QString(), MainWindow::tr("Answer and facts"), QString());
    showMonitor = add(u"showMonitor"_s, u"monitor"_s, MainWindow::tr("Monitor"),
                      MainWindow::tr("Charts of the cache, of memory and of requests"));
    showRequests = add(u"showRequests"_s, u"api"_s, MainWindow::tr("Requests"),
                       MainWindow::tr("What clients asked, and how long it took"));
    showLog = add(u"showLog"_s, u"log"_s, MainWindow::tr("Log"),
                  MainWindow::tr("What happened, in lines"));
    for (QAction *each : {showModels, showFacts, showMonitor, showRequests, showLog})
        each->setCheckable(true);
    reset = add(u"resetLayout"_s, QString(), MainWindow::tr("Reset layout"),
                MainWindow::tr("Put every part back where it was at first"));
    matchNotebook = add(u"matchNotebook"_s, QString(), MainWindow::tr("Match my notebook…"),
                        MainWindow::tr("Find the preparation that gives a notebook's numbers"));
    copyNotebook = add(u"copyNotebook"_s, u"copy"_s, MainWindow::tr("Copy Python"),
                       MainWindow::tr("Copy the lines that save a notebook's numbers"));
    matchNotebook->setEnabled(false);
    nextPart =
        add(u"nextPart"_s, QString(), MainWindow::tr("Next part"),
            MainWindow::tr("Move the focus to the next part of the window"), Shortcut::NextPart);
    search =
        add(u"searchEverything"_s, QString(), MainWindow::tr("Search everything…"),
            MainWindow::tr("Search commands, models and recent files"), Shortcut::SearchEverything);
    setPreferences = add(u"preferences"_s, u"edit"_s, MainWindow::tr("Preferences…"),
                         MainWindow::tr("Set memory, the API's port and how the window looks"),
                         Shortcut::Preferences);
    shortcuts = add(u"shortcuts"_s, u"info"_s, MainWindow::tr("Keyboard shortcuts"),
                    MainWindow::tr("Show the keyboard shortcuts"), Shortcut::ShowShortcuts);
    about = add(u"about"_s, QString(), MainWindow::tr("About Warmbench"), QString());

    QObject::connect(open, &QAction::triggered, &window, [this] { askForModel(false); });
    QObject::connect(openFolder, &QAction::triggered, &window, [this] { askForModel(true); });
    QObject::connect(sample, &QAction::triggered, &window, &MainWindow::trySample);
    QObject::connect(quit, &QAction::triggered, &window, &QWidget::close);
    QObject::connect(apiSwitch, &QAction::triggered, &window, [this](bool on) { toggleApi(on); });
    QObject::connect(reset, &QAction::triggered, &window, &MainWindow::resetLayout);
    QObject::connect(nextPart, &QAction::triggered, &window, [this] { focusNextPart(); });
    QObject::connect(search, &QAction::triggered, &window, [this] { searchEverything(); });
    for (QAction *each : {showModels, showFacts})
        QObject::connect(each, &QAction::triggered, &window,
                         [this] { showSides(showModels->isChecked(), showFacts->isChecked()); });
    for (QAction *each : {showMonitor, showRequests, showLog})
        QObject::connect(each, &QAction::triggered, &window,
                         [this, each](bool on) { openDrawer(on ? each : nullptr); });
    QObject::connect(matchNotebook, &QAction::triggered, &window, [this] { openMatchSheet(); });
    QObject::connect(copyNotebook, &QAction::triggered, &window, [this] { copyNotebookLines(); });
    QObject::connect(setPreferences, &QAction::triggered, &window, [this] { showPreferences(); });
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
    file->addAction(setPreferences);
    file->addSeparator();
    file->addAction(quit);

    QMenu *model = bar->addMenu(MainWindow::tr("&Model"));
    model->addActions({playground->runAction(), playground->cancelAction()});
    model->addSeparator();
    model->addActions(models->modelActions());
    model->addSeparator();
    model->addActions({matchNotebook, copyNotebook});

    QMenu *view = bar->addMenu(MainWindow::tr("&View"));
    view->addActions({showModels, showFacts, showMonitor, showRequests, showLog});
    view->addSeparator();
    view->addActions({nextPart, reset});
    QMenu *theme = view->addMenu(icon(u"theme"_s), MainWindow::tr("Theme"));
    auto *group = new QActionGroup(&window);
    const auto addTheme = [&](const QString &text, Theme value) {
        QAction *choice = theme->addAction(text);
        choice->setCheckable(true);
        choice->setChecked(preferences->theme() == value);
        group->addAction(choice);
        QObject::connect(choice, &QAction::triggered, &window,
                         [this, value] { preferences->setTheme(value); });
        QObject::connect(preferences, &Preferences::changed, choice, [this, choice, value] {
            choice->setChecked(preferences->theme() == value);
        });
    };
    addTheme(MainWindow::tr("Follow the system"), Theme::System);
    addTheme(MainWindow::tr("Light"), Theme::Light);
    addTheme(MainWindow::tr("Dark"), Theme::Dark);

    QMenu *apiMenu = bar->addMenu(MainWindow::tr("&API"));
    apiMenu->addActions({copyAddress, playground->curlAction(), apiSwitch});
    QMenu *help = bar->addMenu(MainWindow::tr("&Help"));
    help->addActions({search, shortcuts, about});
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
    bar->addWidget(new RunButton(playground->runAction(), playground->cancelAction(), bar));
    auto *space = new QWidget(bar);
    space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    bar->addWidget(space);
    bar->addAction(search);
    makeApiButton();
    bar->addWidget(apiButton);
    for (QAction *each : {open, models->refreshAction(), search}) {
        QWidget *button = bar->widgetForAction(each);
        button->setFocusPolicy(Qt::StrongFocus);
        button->setObjectName(each->objectName() + u"Button"_s);
    }
}

void MainWindow::Private::makeApiButton()
{
    apiButton = new QToolButton;
    apiButton->setObjectName(u"apiAddress"_s);
    apiButton->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    apiButton->setIconSize({16, 16});
    apiButton->setPopupMode(QToolButton::InstantPopup);
    apiButton->setFocusPolicy(Qt::StrongFocus);
    auto *menu = new QMenu(apiButton);
    menu->addActions({copyAddress, playground->curlAction(), apiSwitch});
    apiButton->setMenu(menu);
}

void MainWindow::Private::arrange()
{
    columns->setSizes(shared(window.width(), columnShares));
    rows->setSizes(shared(window.height(), rowShares));
    facts->setSizes({1150, 850}); // so that the best five classes are seen
}

void MainWindow::Private::showSides(bool left, bool right)
{
    showModels->setChecked(left);
    showFacts->setChecked(right);
    // Without a model there is nothing in them.
    const bool any = centre->currentWidget() != firstRun;
    models->setVisible(left && any);
    facts->setVisible(right && any);
    storeSoon();
}

void MainWindow::Private::openDrawer(QAction *chosen)
{
    for (QAction *each : {showMonitor, showRequests, showLog})
        each->setChecked(chosen == each);
    if (chosen == showLog)
        drawer->setCurrentWidget(log);
    else if (chosen == showRequests)
        drawer->setCurrentWidget(requests);
    else if (chosen)
        drawer->setCurrentWidget(monitor);
    drawer->setVisible(chosen != nullptr);
    storeSoon();
}

void MainWindow::Private::store()
{
    const SettingsBatch together;
    write(settings::windowGeometry, window.saveGeometry());
    write(settings::columns, columns->saveState());
    write(settings::rows, rows->saveState());
    write(settings::facts, facts->saveState());
    write(settings::modelsShown, showModels->isChecked());
    write(settings::factsShown, showFacts->isChecked());
    write(settings::drawer, showLog->isChecked()        ? u"log"_s
                            : showRequests->isChecked() ? u"requests"_s
                            : showMonitor->isChecked()  ? u"monitor"_s
                                                        : u"none"_s);
    write(settings::layoutVersion, layoutVersion);
    storeSession();
}

// A program that is killed has lost at most what changed in this time.
void MainWindow::Private::storeSoon()
{
    storing.start(storeDelay);
}

void MainWindow::Private::restore()
{
    // With its title bar within the screen.
    const int title = window.style()->pixelMetric(QStyle::PM_TitleBarHeight);
    window.resize(1280, std::clamp(window.screen()->availableSize().height() - title, 600, 800));
    arrange();
    showSides(true, true);
    openDrawer(showMonitor);
    if (read(settings::layoutVersion) != layoutVersion)
        return; // the layout is from another version: the defaults are better than a part of it
    window.restoreGeometry(read(settings::windowGeometry));
    columns->restoreState(read(settings::columns));
    rows->restoreState(read(settings::rows));
    facts->restoreState(read(settings::facts));
    showSides(read(settings::modelsShown), read(settings::factsShown));
    const QString opened = read(settings::drawer);
    openDrawer(opened == u"log"_s        ? showLog
               : opened == u"requests"_s ? showRequests
               : opened == u"monitor"_s  ? showMonitor
                                         : nullptr);
}

void MainWindow::Private::focusNextPart()
{
    const QList<QWidget *> parts{models, centre->currentWidget(), playground->answer(), inspector,
                                 drawer};
    const QWidget *focused = QApplication::focusWidget();
    qsizetype at = -1;
    for (qsizetype i = 0; i < parts.size(); ++i)
        if (focused && (parts[i] == focused || parts[i]->isAncestorOf(focused)))
            at = i;
    for (qsizetype step = 1; step <= parts.size(); ++step)
        for (QWidget *child : parts[(at + step) % parts.size()]->findChildren<QWidget *>())
            if (child->isVisible() && child->isEnabled() && child->focusPolicy() & Qt::TabFocus)
                return child->setFocus(Qt::TabFocusReason);
}

void MainWindow::Private::showPreferences()
{
    auto *dialog = new PreferencesDialog(*preferences, &window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void MainWindow::Private::showShortcuts()
{
    auto *dialog = new ShortcutsDialog(&window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void MainWindow::Private::showAbout()
{
    auto *dialog = new AboutDialog(&window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

} // namespace warmbench::ui
