// The command line that gets the same answer over HTTP as the playground showed. Thread: any; pure.
#pragma once

#include <QString>

namespace warmbench::ui {

// In single quotes for a POSIX shell.
QString shellQuoted(const QString &text);
QString curlForFile(const QString &url, const QString &model, const QString &path);
QString curlForNumbers(const QString &url, const QString &model, const QString &body);

} // namespace warmbench::ui
