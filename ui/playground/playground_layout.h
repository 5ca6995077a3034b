// Lays out the parts of the playground: spacing, headings, the three panes, the lower half. Thread:
// GUI.
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

// From left to right: title over subtitle, what the cache did, then the buttons. The last action is
// the main one; those of low priority show only their icon.
QWidget *playgroundHeader(const QList<QLabel *> &titles, QLabel *outcome,
                          const QList<QAction *> &actions, QWidget *parent);
QWidget *playgroundPanes(const QList<QWidget *> &panes, QWidget *strip, QWidget *parent);
QWidget *playgroundLower(QAbstractItemModel *outputs, QWidget *timings, QWidget *parent);

} // namespace warmbench::ui
