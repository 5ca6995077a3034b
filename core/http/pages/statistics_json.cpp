#include "http/pages/statistics_json.h"

#include "http/bodies/json_object.h"

#include <cmath>

namespace warmbench::http {

std::string statisticsJson(Workbench &workbench, std::chrono::nanoseconds uptime)
{
    const CacheStatistics statistics = workbench.cache().statistics();
    return JsonObject()
        .number("answered", workbench.metrics().answered())
        .number("refused", workbench.metrics().refused())
        .number("hits", statistics.hits)
        .number("misses", statistics.misses)
        .number("coalesced", statistics.coalesced)
        .number("evictions", statistics.evictions)
        .number("loads", statistics.loads)
        .number("load_failures", statistics.loadFailures)
        .number("model_bytes", statistics.modelBytes.count)
        .number("budget_bytes", statistics.budget.count)
        .number("rss_bytes", residentMemory().count)
        .real("uptime_s", std::round(std::chrono::duration<double>(uptime).count() * 1000) / 1000)
        .end();
}

} // namespace warmbench::http
