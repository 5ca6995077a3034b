// The figures of GET /stats and of each event "stats" as JSON. Thread: any; a pure function.
#pragma once

#include "inference/workbench.h"

#include <chrono>
#include <string>

namespace warmbench::http {

// `uptime` is that of the server.
std::string statisticsJson(Workbench &workbench, std::chrono::nanoseconds uptime);

} // namespace warmbench::http
