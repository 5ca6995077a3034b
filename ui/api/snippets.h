// Programs that get the playground's answer over HTTP, with the real address and values. Each runs
// as it is pasted. Thread: any; pure functions.
#pragma once

#include <memory>
#include <QString>
#include <string>

namespace warmbench::ui {

// What the playground would send now.
struct ApiInput
{
    QString model;
    std::shared_ptr<const std::string> body; // null: there is no input yet
    QString path; // of a file that holds the body; empty: `text` is the body
    QString text;
};

// The text in single quotes for a POSIX shell.
QString shellQuoted(const QString &text);
// ".../predict/NAME", with the name escaped.
QString predictAddress(const QString &url, const QString &model);

// For a POSIX shell.
QString curlSnippet(const QString &url, const ApiInput &input);
// For Python 3 without any package.
QString pythonSnippet(const QString &url, const ApiInput &input);
// For Node.js 18 or later, as a module or pasted into its prompt.
QString javaScriptSnippet(const QString &url, const ApiInput &input);

} // namespace warmbench::ui
