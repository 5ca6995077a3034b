// Writes the curl command that gets the answer of the playground over HTTP. Thread: any; pure
// functions.
#pragma once

#include <QString>

namespace warmbench::ui {

// The text in single quotes for a POSIX shell.
QString shellQuoted(const QString &text);
QString curlForFile(const QString &url, const QString &model, const QString &path);
QString curlForNumbers(const QString &url, const QString &model, const QString &body);

} // namespace warmbench::ui
