// The permanent parts of the status bar: the API with its switch and, if another port was taken or
// it does not run, a sentence about that; model and engine, hits and misses, used memory and
// budget, the last latency. Thread: GUI.
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
