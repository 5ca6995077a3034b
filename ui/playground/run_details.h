// What a run gives beside its answer, below the picture: the raw outputs and where the time went,
// each behind a button that folds it out, and a look inside an output in a window of its own. Both
// are folded at first, and nothing but the buttons moves them. Thread: GUI.
#pragma once

#include "ui/playground/prediction_run.h"
#include "ui/widgets/message_overlay.h"

#include <QWidget>

class QAction;
class QTableView;

namespace warmbench::ui {

class Background;
class OutputWindow;
class TimingsView;

class RunDetails : public QWidget
{
    Q_OBJECT

public:
    RunDetails(Background &background, QWidget *parent = nullptr);

    void setResult(std::shared_ptr<const RunResult> result); // null: none

Q_SIGNALS:
    void said(warmbench::ui::MessageOverlay::Kind kind, const QString &text);

private:
    QTableView *makeTable();
    void lookInside();
    void fillWindow();

    Background &m_background;
    OutputTable *m_outputs;
    TimingsView *m_timings;
    QTableView *m_table;
    QAction *m_look;
    OutputWindow *m_window = nullptr; // made when it is wanted first
    std::shared_ptr<const RunResult> m_result;
};

} // namespace warmbench::ui
