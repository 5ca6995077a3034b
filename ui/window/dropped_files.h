// What a file is that somebody drops on the window or opens, told by its content.
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
