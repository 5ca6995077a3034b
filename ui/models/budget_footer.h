// What the models take of the memory budget, as a bar with the figures under it; a click on the
// figures, or Return, lets the budget be written in their place. Thread: GUI.
#pragma once

#include "base/bytes.h"

#include <QWidget>

class QLineEdit;
class QStackedWidget;
class QToolButton;

namespace warmbench::ui {

class MemoryBar;
class Preferences;

class BudgetFooter : public QWidget
{
    Q_OBJECT

public:
    explicit BudgetFooter(Preferences &preferences, QWidget *parent = nullptr);

    void setMemory(Bytes used, Bytes budget);

Q_SIGNALS:
    void refused(const QString &sentence);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void fitLine();
    void edit();
    void apply();
    void leave();
    void showGiven();

    Preferences &m_preferences;
    MemoryBar *m_bar;
    QStackedWidget *m_line;
    QToolButton *m_figures;
    QLineEdit *m_field;
};

} // namespace warmbench::ui
