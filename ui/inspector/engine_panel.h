// Shows which engine runs the selected model and what was measured of the others; Measure compares
// them, and a button changes to the better one. Nothing changes by itself. Thread: GUI; measuring
// and loading happen elsewhere.
#pragma once

#include "ui/workbench_feed.h"

#include <QSet>
#include <QWidget>

class QLabel;
class QPushButton;

namespace warmbench::ui {

class EnginePanel : public QWidget
{
    Q_OBJECT

public:
    explicit EnginePanel(Workbench &workbench, QWidget *parent = nullptr);

    // Null hides the panel.
    void setModel(const ModelView *model);

private:
    void measure();
    void change();
    void show(const ModelView &model);

    Workbench &m_workbench;
    QString m_name;
    QSet<QString> m_measuring;
    QString m_failure;    // of the last measurement or change
    QString m_failed;     // its model
    std::string m_better; // the engine that the button changes to
    QLabel *m_engine;
    QLabel *m_verdict;
    QPushButton *m_measure;
    QPushButton *m_change;
};

} // namespace warmbench::ui
