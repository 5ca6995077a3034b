// Saves what a page shows under a name that the user chooses. Thread: GUI.
#pragma once

#include "base/result.h"
#include "ui/widgets/message_overlay.h"

#include <functional>
#include <QString>
#include <QStringList>
#include <string>

class QWidget;

namespace warmbench::ui {

class Background;

struct SaveOffer
{
    QString title;       // of the dialog: "Save the boxes"
    QString name;        // offered, without a folder: "boxes.csv"; its ending is the default one
    QStringList filters; // "CSV (*.csv)"
};

// Asks for a file, then writes what `content` gives for its path; the path's ending says the format
// where there is a choice. `content` runs on a thread of `background`, so it may take its time and
// must own what it reads. The file is whole or not there. `said` tells on the GUI thread how it
// went, in one sentence; it is not called when the user cancels.
void saveFile(QWidget *parent, Background &background, const SaveOffer &offer,
              std::function<Result<std::string>(const QString &path)> content,
              std::function<void(MessageOverlay::Kind, const QString &)> said);

} // namespace warmbench::ui
