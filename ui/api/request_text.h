// A request in words, for the list, its details and its export. Thread: any; pure functions.
#pragma once

#include "ui/api/request_table.h"

#include <QString>
#include <string>

namespace warmbench::ui {

// "/predict/digits?score=0.5"; empty where the request was refused before it was read.
QString targetText(const ServedRequest &request);
QString timeText(const ServedRequest &request);  // of the day
QString cacheText(const ServedRequest &request); // "hit", "miss", "joined" or empty
// "kept, 12.3 KiB", "not kept: larger than 4.00 MiB", "forgotten" or empty.
QString bodyText(const ServedRequest &request);

// What the client asked for beside the input, and the page Try does not; empty where nothing.
QString askedText(const ServedRequest &request);

// The requests as CSV, with times in milliseconds, below a row of the columns' names.
std::string requestsAsCsv(const KeptRequests &requests);

} // namespace warmbench::ui
