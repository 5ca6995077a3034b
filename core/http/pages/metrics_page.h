// What GET /metrics answers. The names are a contract with dashboards: see the README and
// packaging/grafana-dashboard.json.
//
// Thread: any; takes the locks of the cache and the metrics for moments.
#pragma once

#include <string>

namespace warmbench {
class Workbench;
}

namespace warmbench::http {

std::string metricsPage(Workbench &workbench);

} // namespace warmbench::http
