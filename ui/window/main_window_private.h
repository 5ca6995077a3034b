// The parts of the main window, shared by the file that builds it and the file with its behaviour.
// Thread: GUI. For main_window*.cpp only.
#pragma once

#include "ui/background.h"
#include "ui/window/dropped_files.h"
#include "ui/window/main_window.h"
#include "ui/workbench_feed.h"

#include <optional>
#include <QDockWidget>

class QAction;
class QMenu;
class QStackedWidget;

namespace warmbench::ui {

class FirstRunPage;
class Inspector;
class LogPanel;
class MessageStrip;
class ModelsPanel;
class Monitor;
class Playground;
class StatusLine;

struct MainWindow::Private
{
    Private(MainWindow &owner, Workbench &bench, ApiControl &control);

    // main_window_layout.cpp
    void build();
    QDockWidget *addDock(const QString &name, const QString &title, QWidget *inner,
                         Qt::DockWidgetArea area);
    void makeActions();
    void makeMenus();
    void makeToolBar();
    void arrange();
    void restore();
    void focusNextDock();
    void showShortcuts();
    void showAbout();

    // main_window.cpp
    void connectParts();
    void setState(const WorkbenchState &state);
    void selectModel(const QString &name);
    void askForModel(bool folder);
    void askForInput();
    void take(const std::vector<DroppedFile> &files);
    void openModel(const QString &path, bool load);
    void fillRecent();
    void toggleApi(bool on);
    void showApi();
    void note(const QString &text);

    MainWindow &window;
    Workbench &workbench;
    ApiControl &api;

    WorkbenchFeed *feed = nullptr;
    QStackedWidget *centre = nullptr;
    QWidget *tabs = nullptr;
    MessageStrip *message = nullptr;
    FirstRunPage *firstRun = nullptr;
    Playground *playground = nullptr;
    ModelsPanel *models = nullptr;
    Inspector *inspector = nullptr;
    Monitor *monitor = nullptr;
    LogPanel *log = nullptr;
    StatusLine *status = nullptr;
    QList<QDockWidget *> docks; // models, inspector, monitor, log

    QAction *open = nullptr;
    QAction *openFolder = nullptr;
    QAction *sample = nullptr;
    QAction *quit = nullptr;
    QAction *apiSwitch = nullptr;
    QAction *reset = nullptr;
    QAction *nextDock = nullptr;
    QAction *shortcuts = nullptr;
    QAction *about = nullptr;
    QMenu *recent = nullptr;

    QByteArray defaultLayout;
    QString sampleFolder;
    bool arranged = false; // the docks have got their sizes
    // The last member, so that it is destroyed before anything that its work reports to.
    Background background;
};

} // namespace warmbench::ui
