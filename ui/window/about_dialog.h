// What the program is made of: versions, and the licences of the libraries that it rests on; all of
// it can be copied for a report of a mistake. Thread: GUI.
#pragma once

#include <QDialog>
#include <QList>
#include <QString>

namespace warmbench::ui {

struct UsedPart
{
    QString name;
    QString version; // empty: not told; of a part that is absent why it is not there
    QString licence; // by its SPDX name
};
// Warmbench itself first, then the engines, then the libraries.
QList<UsedPart> usedParts();
// All of it and the system, as lines of plain text.
QString aboutText();

class AboutDialog : public QDialog
{
    Q_OBJECT

public:
    explicit AboutDialog(QWidget *parent = nullptr);
};

} // namespace warmbench::ui
