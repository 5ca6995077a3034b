#include "http/pages/metrics_page.h"

#include "base/logging.h"
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
    std::int64_t waiting = 0;
    std::int64_t evictions = 0;
    std::int64_t loadFailures = 0;
};
using Meters = std::map<Metrics::ModelKey, std::shared_ptr<const ModelMeter>>;
using FiguresByModel = std::map<Metrics::ModelKey, ModelFigures>;

// Under which version a model shows that was asked for without one. It keeps it after an unload, so
// that no series ends there.
std::string shownVersion(const Workbench &workbench, const ModelStatus &status)
{
    if (!status.id.version.empty())
        return status.id.version;
    return status.lastVersion.empty() ? workbench.servingVersion(status.id.name)
                                      : status.lastVersion;
}

// A version may be loaded as the serving one and by its number: one series for both, in which the
// memory that they share counts once.
FiguresByModel figuresByModel(Workbench &workbench, const Meters &meters)
{
    FiguresByModel all;
    std::set<const ModelStatus::Facts *> bundles;
    for (const ModelStatus &status : workbench.cache().statuses()) {
        ModelFigures &figures = all[{status.id.name, shownVersion(workbench, status)}];
        figures.hits += status.hits;
        figures.misses += status.misses;
        figures.coalesced += status.coalesced;
        const bool inMemory =
            status.state == ModelState::Ready || status.state == ModelState::Retiring;
        if (inMemory && status.facts && bundles.insert(status.facts.get()).second)
            figures.memory += status.facts->memory.count;
    }
    for (const auto &[id, meter] : meters) {
        if (id.second.empty())
            continue; // of requests that failed before a version was known
        ModelFigures &figures = all[id];
        figures.evictions = meter->evictions.value();
        figures.loadFailures = meter->loadFailures.value();
    }
    for (auto &[id, figures] : all)
        figures.waiting = static_cast<std::int64_t>(
            workbench.scheduler().waiting(ModelId{id.first, id.second}.text()));
    return all;
}

double processorSeconds()
{
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
}

void addCache(PrometheusText &page, Workbench &workbench, const Meters &meters)
{
    const FiguresByModel models = figuresByModel(workbench, meters);
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
    add("warmbench_model_cache_evictions_total", Type::Counter,
        "Times that a model left to make room or because it was idle.", &ModelFigures::evictions);
    add("warmbench_model_cache_load_failures_total", Type::Counter,
        "Loads and refreshes that ended badly.", &ModelFigures::loadFailures);
    add("warmbench_queue_length", Type::Gauge, "Predictions that wait for a worker.",
        &ModelFigures::waiting);

    const CacheStatistics statistics = workbench.cache().statistics();
    const auto addOne = [&](std::string_view name, Type type, std::string_view help,
                            std::int64_t value) {
        page.family(name, type, help);
        page.sample({}, value);
    };
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

void addTimes(PrometheusText &page, const Metrics &metrics, const Meters &meters)
{
    page.family("warmbench_model_load_seconds", Type::Histogram, "Time that loads took.");
    for (const auto &[id, meter] : meters) {
        if (const auto values = meter->loads.values(); values.count > 0)
            page.histogram({{"model", id.first}, {"version", id.second}}, values);
    }
    page.family("warmbench_request_seconds", Type::Histogram, "Time to answer HTTP requests.");
    const auto http = metrics.http();
    for (const auto &[key, values] : http)
        page.histogram({{"route", key.first}, {"status", std::to_string(key.second)}}, values);
    page.family("warmbench_requests_refused_total", Type::Counter,
                "HTTP requests that got an error; route guard: refused before one was found.");
    for (const auto &[key, values] : http) {
        if (Metrics::isRefusal(key.second))
            page.sample({{"route", key.first}, {"status", std::to_string(key.second)}},
                        values.count);
    }
    page.family("warmbench_phase_seconds", Type::Histogram,
                "Time that predictions spent in each phase; load: of those that waited for one.");
    for (const auto &[id, meter] : meters) {
        for (const Phase phase : allPhases) {
            const auto values = meter->phase(static_cast<std::size_t>(phase));
            if (values.count > 0)
                page.histogram(
                    {{"model", id.first}, {"version", id.second}, {"phase", phaseName(phase)}},
                    values);
        }
    }
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

void addProcess(PrometheusText &page)
{
    page.family("process_resident_memory_bytes", Type::Gauge, "Resident memory of the process.");
    page.sample({}, residentMemory().count);
    page.family("process_cpu_seconds_total", Type::Counter, "Processor time that was used.");
    page.sample({}, processorSeconds());
    page.family("warmbench_log_lines_dropped_total", Type::Counter,
                "Log lines that standard error did not take.");
    page.sample({}, static_cast<std::int64_t>(logLinesDropped()));
    page.family("warmbench_build_info", Type::Gauge, "Always 1; its labels tell the version.");
    page.sample({{"version", WARMBENCH_VERSION}, {"compiler", __VERSION__}}, std::int64_t(1));
}

} // namespace

std::string metricsPage(Workbench &workbench)
{
    PrometheusText page;
    const Meters meters = workbench.metrics().meters();
    addCache(page, workbench, meters);
    addTimes(page, workbench.metrics(), meters);
    addTriton(page, workbench.metrics());
    addProcess(page);
    return std::move(page).text();
}

} // namespace warmbench::http
