// Lays out the parts of the playground: headings, titled parts, what is folded away. Thread: GUI.
#pragma once

#include <QList>
#include <QString>

class QAbstractItemModel;
class QAction;
class QLabel;
class QToolButton;
class QWidget;

namespace warmbench::ui {

QLabel *headingLabel(QWidget *parent);
QLabel *secondaryLabel(QWidget *parent);
// Shows only the icon; the text is its name.
QToolButton *smallButton(QAction *action, QWidget *parent);
// The actions stand beside the title.
QWidget *titled(const QString &title, QWidget *inner, QWidget *parent,
                const QList<QAction *> &actions = {});

// Raw outputs and timings, each behind a button that folds it out; both are folded at first, and
// nothing but the buttons moves them.
QWidget *playgroundDetails(QAbstractItemModel *outputs, QWidget *timings, QWidget *parent);

} // namespace warmbench::ui
