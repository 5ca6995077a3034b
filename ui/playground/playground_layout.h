// Lays out the parts of the playground: headings and titled parts. Thread: GUI.
#pragma once

#include <QList>
#include <QString>

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

} // namespace warmbench::ui
