// The window: models, the page, its answer and facts, and a drawer with charts and log; fed from
// the workbench by snapshots on a timer and by "changed" signals. Thread: GUI. It never loads,
// decodes, infers or waits itself; work in flight when it closes ends without it.
//
// The workbench and the API control must outlive the window. Settings are stored through
// QSettings; a test sets their path with QSettings::setPath before it makes a window.
#pragma once

#include <memory>
#include <QMainWindow>
#include <QStringList>

namespace warmbench {
class Workbench;
}

namespace warmbench::ui {

class ApiControl;
struct ProgramStart;

class MainWindow : public QMainWindow
{
    Q_OBJECT

public:
    MainWindow(Workbench &workbench, ApiControl &api, QWidget *parent = nullptr);
    ~MainWindow() override;

    // Sets where the built-in samples were unpacked, so that "Try the sample" is offered.
    void setSampleFolder(const QString &folder);
    // What the preferences hold by default, and what was given for this run.
    void setStart(const ProgramStart &start);
    // Opens models, folders, pictures and numbers; the content shows which of them a file is. If
    // one is refused, a message says why.
    void openPaths(const QStringList &paths);
    void trySample();
    // Opens what was open when the last window closed; nothing is loaded or run.
    void restoreSession();
    // For models that were named at the start: what closes does not become the session.
    void leaveSession();
    void resetLayout();

protected:
    void closeEvent(QCloseEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void moveEvent(QMoveEvent *event) override;
    void dragEnterEvent(QDragEnterEvent *event) override;
    void dropEvent(QDropEvent *event) override;

private:
    struct Private;
    std::unique_ptr<Private> m_d;
};

} // namespace warmbench::ui
