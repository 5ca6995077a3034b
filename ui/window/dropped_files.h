// Finds out, by its content, what kind of file the user dropped on the window or opened.
// Thread: any; blocks on the disk.
#pragma once

#include <QString>

namespace warmbench::ui {

struct DroppedFile
{
    enum class Kind { Model, Input, Refused };
    Kind kind = Kind::Refused;
    QString path;
    QString text; // Refused: why, and what to do
};

DroppedFile judgeFile(const QString &path);

} // namespace warmbench::ui
