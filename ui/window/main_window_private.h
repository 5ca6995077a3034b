// The parts of the main window, shared by the file that builds it and the file with its behaviour.
// Thread: GUI. For main_window*.cpp only.
#pragma once

#include "ui/background.h"
#include "ui/window/dropped_files.h"
#include "ui/window/main_window.h"
#include "ui/workbench_feed.h"

#include <optional>
#include <QTimer>

class QAction;
class QMenu;
class QSplitter;
class QStackedWidget;
class QTabWidget;
class QToolButton;

namespace warmbench::ui {

class ApiPage;
class ComparePage;
class FirstRunPage;
class Inspector;
class KeptChanges;
class LogPanel;
class MessageOverlay;
class ModelsPanel;
class Monitor;
class NetworkPage;
class Playground;
class Preferences;
class RequestsPanel;
class StatusLine;
struct ServedRequest;

struct MainWindow::Private
{
    struct Opened;

    Private(MainWindow &owner, Workbench &bench, ApiControl &control);

    // main_window_layout.cpp
    void build();
    void makeParts();
    void makeActions();
    void makeMenus();
    void makeToolBar();
    void makeApiButton();
    void arrange();
    void showSides(bool models, bool facts);
    void openDrawer(QAction *drawer);
    void restore();
    void store();
    void storeSoon();
    void focusNextPart();
    void showPreferences();
    void showShortcuts();
    void showAbout();

    // main_window_session.cpp
    void storeSession();
    void restoreSession();
    void searchEverything();

    // main_window.cpp
    void connectParts();
    void setState(const WorkbenchState &state);
    void selectModel(const QString &name);
    void askForModel(bool folder);
    void askForInput();
    void take(const std::vector<DroppedFile> &files);
    bool attachLabels(const DroppedFile &file); // false: no model can take them
    void openModel(const QString &path, bool load);
    void openPair(const QString &first, const QString &second);
    std::vector<std::string> takeOpened(const Opened &opened);
    void offerBack(const QString &name, const QString &path);
    void fillRecent();
    void toggleApi(bool on);
    void showApi();
    void showSnippets();
    void openMatchSheet();
    void openRequest(const std::shared_ptr<const ServedRequest> &request);
    void copyNotebookLines();

    MainWindow &window;
    Workbench &workbench;
    ApiControl &api;

    Preferences *preferences = nullptr;
    WorkbenchFeed *feed = nullptr;
    KeptChanges *keptChanges = nullptr;
    QSplitter *rows = nullptr;    // columns over the drawer
    QSplitter *columns = nullptr; // models, page, facts
    QStackedWidget *centre = nullptr;
    QTabWidget *tabs = nullptr;
    QSplitter *facts = nullptr; // answer over inspector
    QStackedWidget *drawer = nullptr;
    MessageOverlay *message = nullptr;
    FirstRunPage *firstRun = nullptr;
    Playground *playground = nullptr;
    NetworkPage *network = nullptr;
    ModelsPanel *models = nullptr;
    Inspector *inspector = nullptr;
    Monitor *monitor = nullptr;
    LogPanel *log = nullptr;
    ComparePage *comparePage = nullptr;
    ApiPage *apiPage = nullptr;
    RequestsPanel *requests = nullptr;
    StatusLine *status = nullptr;
    QToolButton *apiButton = nullptr;

    QAction *open = nullptr;
    QAction *openFolder = nullptr;
    QAction *sample = nullptr;
    QAction *quit = nullptr;
    QAction *apiSwitch = nullptr;
    QAction *copyAddress = nullptr;
    QAction *showModels = nullptr;
    QAction *showFacts = nullptr;
    QAction *showMonitor = nullptr;
    QAction *showRequests = nullptr;
    QAction *showLog = nullptr;
    QAction *reset = nullptr;
    QAction *matchNotebook = nullptr;
    QAction *copyNotebook = nullptr;
    QAction *nextPart = nullptr;
    QAction *search = nullptr;
    QAction *setPreferences = nullptr;
    QAction *shortcuts = nullptr;
    QAction *about = nullptr;
    QMenu *recent = nullptr;

    QString sampleFolder;
    QStringList session;      // paths of models that were opened in this window
    bool sessionLeft = false; // the stored session is not open (yet), and must not be lost
    QTimer storing;           // gathers changes of layout and session
    // The last member, so that it is destroyed before anything that its work reports to.
    Background background;
};

} // namespace warmbench::ui
