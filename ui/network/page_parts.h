// Parts that the views of a network share. Thread: GUI. Private to this folder.
#pragma once

#include <QString>

class QLabel;
class QToolButton;
class QWidget;

namespace warmbench::ui {

// A flat button with icon and text; disabled at first.
QToolButton *flatButton(const QString &name, const QString &iconName, const QString &text,
                        const QString &tip, QWidget *parent);
// A sentence in the middle of the place where there is nothing else to show.
QLabel *sentenceLabel(const QString &name, QWidget *parent);

} // namespace warmbench::ui
