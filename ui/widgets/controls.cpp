#include "ui/widgets/controls.h"

#include <QCoreApplication>
#include <QLineEdit>
#include <QToolButton>

namespace warmbench::ui {

void addClearButton(QLineEdit *line)
{
    line->setClearButtonEnabled(true);
    for (auto *button : line->findChildren<QToolButton *>())
        button->setAccessibleName(QCoreApplication::translate("Controls", "Clear the text"));
}

} // namespace warmbench::ui
