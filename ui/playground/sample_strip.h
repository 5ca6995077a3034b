// Shows the pictures in a model's folder as thumbnails; a click runs the model on one. Hidden if
// there are none. Thread: GUI; the folder is read and decoded in the background.
#pragma once

#include "ui/background.h"

#include <QListWidget>

namespace warmbench::ui {

class SampleStrip : public QListWidget
{
    Q_OBJECT

public:
    static constexpr int mostPictures = 24;

    explicit SampleStrip(Background &background, QWidget *parent = nullptr);
    void setFolder(const QString &folder); // empty: none
    QString first() const;                 // path; empty: there is none (yet)

Q_SIGNALS:
    void chosen(const QString &path);

private:
    Background &m_background;
    QString m_folder;
};

} // namespace warmbench::ui
