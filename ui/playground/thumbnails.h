// Small pictures of files, decoded in the background one after another for those that are on the
// screen: what was asked last comes first, and of what nobody sees any more little is done.
// Memory: at most `mostKept` pictures. Thread: GUI.
#pragma once

#include "ui/background.h"

#include <QCache>
#include <QObject>
#include <QPixmap>
#include <QStringList>

namespace warmbench::ui {

// A picture whose longer side is `side` pixels at most; null where the file holds none.
// Thread: any; blocks on the disk and decodes.
QImage thumbnailOf(const QString &path, int side);

class Thumbnails : public QObject
{
    Q_OBJECT

public:
    static constexpr int mostKept = 400;

    // `side` is in pixels of the screen.
    Thumbnails(Background &background, int side, QObject *parent = nullptr);

    // Null while it is not there; the signal `ready` tells when it is. Null for good where the file
    // holds no picture.
    QPixmap of(const QString &path);
    void clear();

Q_SIGNALS:
    void ready(const QString &path);

private:
    void next();

    Background &m_background;
    int m_side;
    QCache<QString, QPixmap> m_made{mostKept};
    QStringList m_wanted; // the last one is made first
    bool m_busy = false;
};

} // namespace warmbench::ui
