#include "inference/profile/profile_export.h"

#include "base/clock.h"
#include "tensor/csv.h"
#include "tensor/json_object.h"

#include <fmt/format.h>
#include <initializer_list>

namespace warmbench {

namespace {

void addSeries(JsonObject &object, const LatencySeries &series)
{
    object.number("concurrency", series.plan.concurrency).number("batch", series.plan.batch);
    if (!series.refusal.empty()) {
        object.text("refusal", series.refusal);
        return;
    }
    const auto at = [&](double share) { return toMilliseconds(series.latency(share)); };
    object.number("runs", std::ssize(series.latencies))
        .raw("latency_ms", JsonObject()
                               .real("p50", at(0.5))
                               .real("p90", at(0.9))
                               .real("p99", at(0.99))
                               .real("max", at(1))
                               .end())
        .real("runs_per_second", series.runsPerSecond())
        .real("samples_per_second", series.samplesPerSecond());
}

template <typename Items, typename Write>
std::string listOf(const Items &items, const Write &write)
{
    std::string list = "[";
    for (const auto &item : items) {
        list += &item == &*items.begin() ? "" : ", ";
        list += write(item);
    }
    return list + "]";
}

std::string engineJson(const EngineProfile &engine)
{
    JsonObject object;
    object.text("engine", engine.engine).text("version", engine.version);
    if (!engine.refusal.empty())
        return object.text("refusal", engine.refusal).end();
    return object.real("load_ms", toMilliseconds(engine.loadTime))
        .real("first_run_ms", toMilliseconds(engine.firstRun))
        .real("run_ms", toMilliseconds(engine.layers.run))
        .number("runs", engine.runs)
        .number("memory_bytes", engine.memory.count)
        .raw("layers", listOf(engine.layers.layers,
                              [&](const LayerTime &layer) {
                                  return JsonObject()
                                      .text("name", layer.name)
                                      .text("type", layer.type)
                                      .real("ms", toMilliseconds(layer.time))
                                      .real("share", shareOf(layer, engine.layers))
                                      .end();
                              }))
        .end();
}

void addLine(std::string &out, std::initializer_list<std::string> cells)
{
    for (const std::string &cell : cells) {
        out += &cell == cells.begin() ? "" : ",";
        appendCsvCell(out, cell);
    }
    out += "\r\n";
}

std::string text(double value)
{
    return fmt::format("{}", value);
}

} // namespace

std::string profileJson(const Profile &profile)
{
    JsonObject object;
    object.text("model", profile.model.name)
        .text("version", profile.model.version)
        .text("digest", profile.digest)
        .text("engine", profile.engine)
        .real("load_ms", toMilliseconds(profile.loadTime))
        .text("machine", profile.machine);
    if (profile.series.size() == 1)
        addSeries(object, profile.series.front());
    else
        object.raw("series", listOf(profile.series, [](const LatencySeries &series) {
                       JsonObject one;
                       addSeries(one, series);
                       return one.end();
                   }));
    if (!profile.engines.empty())
        object.raw("engines", listOf(profile.engines, engineJson));
    return object
        .raw("doubts", listOf(profile.doubts,
                              [](const std::string &doubt) {
                                  std::string quoted;
                                  appendJsonString(quoted, doubt);
                                  return quoted;
                              }))
        .end();
}

std::string profileCsv(const Profile &profile)
{
    std::string out;
    addLine(out, {"model", "engine", "concurrency", "batch", "runs", "p50_ms", "p90_ms", "p99_ms",
                  "max_ms", "samples_per_second", "refusal"});
    for (const LatencySeries &series : profile.series) {
        const auto at = [&](double share) {
            return series.refusal.empty() ? text(toMilliseconds(series.latency(share))) : "";
        };
        addLine(out,
                {profile.model.name, profile.engine, std::to_string(series.plan.concurrency),
                 std::to_string(series.plan.batch), std::to_string(series.latencies.size()),
                 at(0.5), at(0.9), at(0.99), at(1),
                 series.refusal.empty() ? text(series.samplesPerSecond()) : "", series.refusal});
    }
    if (profile.engines.empty())
        return out;
    out += "\r\n";
    addLine(out, {"engine", "layer", "type", "ms", "share"});
    for (const EngineProfile &engine : profile.engines) {
        for (const LayerTime &layer : engine.layers.layers)
            addLine(out, {engine.engine, layer.name, layer.type, text(toMilliseconds(layer.time)),
                          text(shareOf(layer, engine.layers))});
    }
    return out;
}

} // namespace warmbench
