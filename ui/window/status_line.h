// The status bar's standing parts: the API with its switch and, where there is something to say of
// it (another port was taken, or why it does not run), that sentence; model and engine, hits and
// misses, memory of the budget, the last latency. Thread: GUI.
#pragma once

#include "ui/workbench_feed.h"

#include <QObject>

class QAction;
class QLabel;
class QStatusBar;
class QToolButton;

namespace warmbench::ui {

class ApiControl;
class CaptionLabel;

class StatusLine : public QObject
{
    Q_OBJECT

public:
    // `apiSwitch` is the checkable action that starts and stops the API.
    StatusLine(ApiControl &api, QAction *apiSwitch, QStatusBar *bar);

    void setState(const WorkbenchState &state);
    void setModel(const QString &name);
    void setLatency(std::chrono::nanoseconds total);

private:
    void showApi();

    ApiControl &m_api;
    QStatusBar *m_bar;
    QToolButton *m_address;
    QToolButton *m_onOff;
    CaptionLabel *m_apiNote;
    QLabel *m_model;
    QLabel *m_hits;
    QLabel *m_memory;
    QLabel *m_latency;
    QString m_name;
};

} // namespace warmbench::ui
