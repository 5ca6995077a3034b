// The line at the bottom of the window: what the cache did, memory, requests a second, what runs
// now, a sentence about the API if another port was taken or it does not run, and the buttons that
// open the drawer. Thread: GUI.
#pragma once

#include "ui/workbench_feed.h"

#include <QWidget>

class QAction;
class QHBoxLayout;
class QLabel;

namespace warmbench::ui {

class ApiControl;
class CaptionLabel;

class StatusLine : public QWidget
{
    Q_OBJECT

public:
    // `drawers` are checkable; at most one of them is checked.
    StatusLine(Workbench &workbench, ApiControl &api, const QList<QAction *> &drawers,
               QWidget *parent = nullptr);

    void setState(const WorkbenchState &state);

private:
    void showApi();
    void showRate();

    Workbench &m_workbench;
    ApiControl &m_api;
    QLabel *m_hits;
    QLabel *m_memory;
    QLabel *m_rate;
    QLabel *m_running;
    CaptionLabel *m_apiNote;
    std::int64_t m_answered = 0; // when the rate was last computed
    SteadyTime m_since;
};

} // namespace warmbench::ui
