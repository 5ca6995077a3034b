// Finds out, by its content, what kind of file the user dropped on the window or opened.
// Thread: any; blocks on the disk.
#pragma once

#include <QString>
#include <QStringList>

namespace warmbench::ui {

struct DroppedFile
{
    enum class Kind { Model, Input, Labels, Refused };
    Kind kind = Kind::Refused;
    QString path;
    QString text{};         // Refused: why, and what to do
    QStringList labels{};   // Labels: the names, by index
    QStringList pictures{}; // Input: it is a picture, or a folder of these
};

DroppedFile judgeFile(const QString &path);

} // namespace warmbench::ui
