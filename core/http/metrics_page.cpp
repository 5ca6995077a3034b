#include "http/metrics_page.h"

#include "inference/workbench.h"
#include "metrics/prometheus.h"

#include <ctime>
#include <map>
#include <set>

namespace warmbench::http {

namespace {

using Type = PrometheusText::Type;

struct ModelFigures
{
    std::int64_t hits = 0;
    std::int64_t misses = 0;
    std::int64_t coalesced = 0;
    std::int64_t memory = 0;
};
using FiguresByModel = std::map<std::pair<std::string, std::string>, ModelFigures>;

// A version may be loaded as the serving one and by its number: one series for both, in which the
// memory that they share counts once.
FiguresByModel figuresByModel(const ModelCache &cache)
{
    FiguresByModel all;
    std::set<const ModelStatus::Facts *> bundles;
    for (const ModelStatus &status : cache.statuses()) {
        const std::string &version =
            status.id.version.empty() ? status.loadedVersion : status.id.version;
        ModelFigures &figures = all[{status.id.name, version}];
        figures.hits += status.hits;
        figures.misses += status.misses;
        figures.coalesced += status.coalesced;
        const bool inMemory =
            status.state == ModelState::Ready || status.state == ModelState::Retiring;
        if (inMemory && status.facts && bundles.insert(status.facts.get()).second)
            figures.memory += status.facts->memory.count;
    }
    return all;
}

double processorSeconds()
{
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
}

void addCache(PrometheusText &page, const ModelCache &cache)
{
    const FiguresByModel models = figuresByModel(cache);
    const auto add = [&](std::string_view name, Type type, std::string_view help,
                         std::int64_t ModelFigures::*member) {
        page.family(name, type, help);
        for (const auto &[id, figures] : models)
            page.sample({{"model", id.first}, {"version", id.second}}, figures.*member);
    };
    add("warmbench_model_cache_hits_total", Type::Counter,
        "Predictions that found their model loaded.", &ModelFigures::hits);
    add("warmbench_model_cache_misses_total", Type::Counter,
        "Predictions that started the load they needed.", &ModelFigures::misses);
    add("warmbench_model_cache_coalesced_total", Type::Counter,
        "Predictions that joined a load under way.", &ModelFigures::coalesced);
    add("warmbench_model_memory_bytes", Type::Gauge, "Memory that a loaded model takes.",
        &ModelFigures::memory);

    const CacheStatistics statistics = cache.statistics();
    const auto addOne = [&](std::string_view name, Type type, std::string_view help,
                            std::int64_t value) {
        page.family(name, type, help);
        page.sample({}, value);
    };
    addOne("warmbench_model_cache_evictions_total", Type::Counter,
           "Models that left to make room or because they were idle.", statistics.evictions);
    addOne("warmbench_model_cache_load_failures_total", Type::Counter,
           "Loads and refreshes that ended badly.", statistics.loadFailures);
    addOne("warmbench_model_cache_bytes", Type::Gauge, "Memory of all models together.",
           statistics.modelBytes.count);
    addOne("warmbench_model_cache_budget_bytes", Type::Gauge, "Memory that models may take.",
           statistics.budget.count);
    // There is no cache of answers yet: its figures stand at 0.
    for (const std::string_view name : {"hits", "misses", "evictions"})
        addOne("warmbench_prediction_cache_" + std::string(name) + "_total", Type::Counter,
               "Of the cache of answers, which is off.", 0);
    addOne("warmbench_prediction_cache_bytes", Type::Gauge,
           "Of the cache of answers, which is off.", 0);
}

void addTimes(PrometheusText &page, const Metrics &metrics)
{
    page.family("warmbench_model_load_seconds", Type::Histogram, "Time that loads took.");
    for (const auto &[model, values] : metrics.loads())
        page.histogram({{"model", model}}, values);
    page.family("warmbench_request_seconds", Type::Histogram, "Time to answer HTTP requests.");
    for (const auto &[key, values] : metrics.http())
        page.histogram({{"route", key.first}, {"status", std::to_string(key.second)}}, values);
    page.family("warmbench_phase_seconds", Type::Histogram,
                "Time that predictions spent in each phase.");
    for (const auto &[key, values] : metrics.phases())
        page.histogram({{"model", key.first}, {"phase", phaseName(static_cast<Phase>(key.second))}},
                       values);
}

// Names and meaning are Triton's (its documentation, "Metrics").
void addTriton(PrometheusText &page, const Metrics &metrics)
{
    const auto all = metrics.inferences();
    const auto add = [&](std::string_view name, std::string_view help, const auto &value) {
        page.family(name, Type::Counter, help);
        for (const auto &[id, totals] : all)
            page.sample({{"model", id.first}, {"version", id.second}}, value(totals));
    };
    const auto microseconds = [](std::chrono::nanoseconds InferenceTotals::*span) {
        return [span](const InferenceTotals &totals) -> std::int64_t {
            return std::chrono::duration_cast<std::chrono::microseconds>(totals.*span).count();
        };
    };
    add("nv_inference_request_success", "Requests that ended well.",
        [](const InferenceTotals &totals) { return totals.requests; });
    add("nv_inference_count", "Samples run, a batch of n counting n.",
        [](const InferenceTotals &totals) { return totals.samples; });
    add("nv_inference_exec_count", "Runs of the network, a batch counting one.",
        [](const InferenceTotals &totals) { return totals.runs; });
    add("nv_inference_request_duration_us", "Time of requests from end to end.",
        microseconds(&InferenceTotals::total));
    add("nv_inference_queue_duration_us", "Time that requests waited.",
        microseconds(&InferenceTotals::queue));
    add("nv_inference_compute_input_duration_us", "Time to decode and preprocess inputs.",
        microseconds(&InferenceTotals::input));
    add("nv_inference_compute_infer_duration_us", "Time in the network.",
        microseconds(&InferenceTotals::infer));
    add("nv_inference_compute_output_duration_us", "Time to make results of outputs.",
        microseconds(&InferenceTotals::output));
}

void addProcess(PrometheusText &page, const Scheduler &scheduler)
{
    page.family("warmbench_queue_length", Type::Gauge, "Predictions that wait for a worker.");
    page.sample({}, static_cast<std::int64_t>(scheduler.waiting()));
    page.family("process_resident_memory_bytes", Type::Gauge, "Resident memory of the process.");
    page.sample({}, residentMemory().count);
    page.family("process_cpu_seconds_total", Type::Counter, "Processor time that was used.");
    page.sample({}, processorSeconds());
    page.family("warmbench_build_info", Type::Gauge, "Always 1; its labels tell the version.");
    page.sample({{"version", WARMBENCH_VERSION}, {"compiler", __VERSION__}}, std::int64_t(1));
}

} // namespace

std::string metricsPage(Workbench &workbench)
{
    PrometheusText page;
    addCache(page, workbench.cache());
    addTimes(page, workbench.metrics());
    addTriton(page, workbench.metrics());
    addProcess(page, workbench.scheduler());
    return std::move(page).text();
}

} // namespace warmbench::http
