// The main button of the window: Run, and Cancel while a run is under way. It keeps its size, so
// that the pointer that pressed Run is over Cancel. Thread: GUI.
#pragma once

#include <QPushButton>

class QAction;

namespace warmbench::ui {

class RunButton : public QPushButton
{
    Q_OBJECT

public:
    // `cancel` is enabled while a run is under way. Both actions outlive the button.
    RunButton(QAction *run, QAction *cancel, QWidget *parent = nullptr);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void showAction();

    QAction *m_run;
    QAction *m_cancel;
};

} // namespace warmbench::ui
