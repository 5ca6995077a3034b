// The window: docks around the playground, fed from the workbench by snapshots on a timer and by
// "changed" signals. Thread: GUI. Never loads, decodes, infers or waits.
#pragma once

#include <memory>
#include <QMainWindow>

namespace warmbench {
class Workbench;
}

namespace warmbench::ui {

class ApiControl;

class MainWindow : public QMainWindow
{
    Q_OBJECT

public:
    MainWindow(Workbench &workbench, ApiControl &api, QWidget *parent = nullptr);
    ~MainWindow() override;

private:
    struct Private;
    std::unique_ptr<Private> m_d;
};

} // namespace warmbench::ui
