// A request in words, for the list, its details and its export. Thread: any; pure functions.
#pragma once

#include "inference/inference_types.h"
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

// Of the query: thresholds and the number of classes.
AnswerOptions askedOptions(const ServedRequest &request);
// What the client asked for beside the input; the page Try has what its sliders can say. Empty
// where it asked for nothing.
QString askedText(const ServedRequest &request);

// The requests as CSV, with times in milliseconds, below a row of the columns' names.
std::string requestsAsCsv(const KeptRequests &requests);

} // namespace warmbench::ui
