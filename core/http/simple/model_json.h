// Models and statistics as the JSON of GET /models, /models/NAME and /stats; `warmbench inspect
// --json` uses it too. Thread: any; pure functions.
#pragma once

#include "inference/workbench.h"

#include <string>

namespace warmbench::http {

std::string modelJson(const ModelView &view);
std::string statisticsJson(Workbench &workbench, std::chrono::nanoseconds uptime);

} // namespace warmbench::http
