#include "http/pages/statistics_json.h"

#include "engine/engine.h"
#include "tensor/json_object.h"

#include <cmath>

namespace warmbench::http {

namespace {

std::string enginesJson()
{
    std::string json;
    for (const EngineVersion &engine : engineVersions())
        json += (json.empty() ? "[" : ", ") + JsonObject()
                                                  .text("name", engine.name)
                                                  .text("version", engine.version)
                                                  .text("reason", engine.reason)
                                                  .end();
    return json + "]";
}

} // namespace

std::string statisticsJson(Workbench &workbench, std::chrono::nanoseconds uptime)
{
    static const std::string engines = enginesJson();
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
        .raw("engines", engines)
        .end();
}

} // namespace warmbench::http
