// Small things that Qt's controls lack. Thread: GUI.
#pragma once

class QAction;
class QLineEdit;
class QTableView;
class QToolButton;
class QWidget;

namespace warmbench::ui {

// A clear button that screen readers can name.
void addClearButton(QLineEdit *line);
// A flat button of an action, which the keyboard reaches and screen readers can name.
QToolButton *actionButton(QAction *action, QWidget *parent);
// Draws the widget faintly, or as ever: what it shows is out of date. Setting it again costs
// nothing.
void setFaint(QWidget *widget, bool faint);
// A table whose rows are lines of the same height, selected as a whole: a log, a list of requests.
void setLines(QTableView *view);

} // namespace warmbench::ui
