// A request as a line of curl that sends it again. Thread: any; pure functions.
#pragma once

#include "ui/api/served_request.h"

#include <QString>
#include <string_view>

namespace warmbench::ui {

// True for a body that a person can read in a command line: a short text without control
// characters but line ends and tabs.
bool fitsCommandLine(std::string_view body);
// The name that a file with the body has: "request-body.json", "request-body.png".
QString bodyFileName(std::string_view body);

// For a POSIX shell. `url` is the server's. The body stands in the line where it fits, else it is
// read from `file`; a request without a kept body is sent without one.
QString requestCurl(const QString &url, const ServedRequest &request, const QString &file);

} // namespace warmbench::ui
