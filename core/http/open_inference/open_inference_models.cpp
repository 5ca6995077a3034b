#include "http/open_inference/open_inference_models.h"

#include "base/text.h"
#include "http/open_inference/open_inference_types.h"
#include "http/served_models.h"
#include "tensor/json_object.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace warmbench::http {

namespace {

std::string listOf(const std::vector<std::string> &objects)
{
    return fmt::format("[{}]", fmt::join(objects, ", "));
}

std::string textJson(std::string_view text)
{
    std::string out;
    appendJsonString(out, text);
    return out;
}

// "<engine>_<format>", as the protocol has it: "opencv_onnx".
std::string platformOf(const ModelStatus::Facts &facts)
{
    std::string format = lowered(modelFormatName(facts.files.format));
    std::replace(format.begin(), format.end(), ' ', '_');
    return facts.engine + "_" + format;
}

std::string tensorsJson(const std::vector<TensorSpec> &specs)
{
    std::vector<std::string> objects;
    for (const TensorSpec &spec : specs)
        objects.push_back(JsonObject()
                              .text("name", spec.name)
                              .text("datatype", openDatatype(spec.dtype))
                              .raw("shape", openShape(spec.shape))
                              .end());
    return listOf(objects);
}

// ---- configuration ----

std::string configType(DType dtype)
{
    return dtype == DType::String ? "TYPE_STRING" : "TYPE_" + std::string(openDatatype(dtype));
}

std::string configDims(const TensorSpec &spec, bool batched)
{
    return openShape(std::span(spec.shape).subspan(batched ? 1 : 0));
}

const char *configFormat(const ModelStatus::Facts &facts, std::size_t input)
{
    if (facts.input.kind != InputKind::Image || facts.input.index != input)
        return "FORMAT_NONE";
    return facts.input.preprocessing.layout == Layout::Nhwc ? "FORMAT_NHWC" : "FORMAT_NCHW";
}

// ---- statistics ----

std::string durationJson(std::int64_t count, std::chrono::nanoseconds span)
{
    return JsonObject().number("count", count).number("ns", span.count()).end();
}

// What was counted of all models, taken once however many are told.
struct Recorded
{
    std::map<std::pair<std::string, std::string>, InferenceTotals> inferences;
    std::map<std::pair<std::string, std::string>, Histogram::Values> models;
};

// Failed requests: all that ended less those that ended well.
std::string failuresJson(const Recorded &recorded, const ModelId &id, bool serving,
                         const InferenceTotals &well)
{
    std::int64_t count = -well.requests;
    double seconds = -std::chrono::duration<double>(well.total).count();
    for (auto of = recorded.models.lower_bound({id.name, {}});
         of != recorded.models.end() && of->first.first == id.name; ++of) {
        // What failed before a version was known counts for the one that serves.
        const std::string &version = of->first.second;
        if (version == id.version || (serving && version.empty())) {
            count += of->second.count;
            seconds += of->second.sumSeconds;
        }
    }
    if (count <= 0)
        return durationJson(0, {});
    return durationJson(count,
                        std::chrono::nanoseconds(std::llround(std::max(seconds, 0.0) * 1e9)));
}

std::string batchesJson(const InferenceTotals &totals)
{
    std::vector<std::string> objects;
    for (const auto &[samples, batch] : totals.batches)
        objects.push_back(JsonObject()
                              .number("batch_size", samples)
                              .raw("compute_input", durationJson(batch.runs, batch.input))
                              .raw("compute_infer", durationJson(batch.runs, batch.infer))
                              .raw("compute_output", durationJson(batch.runs, batch.output))
                              .end());
    return listOf(objects);
}

std::string memoryJson(const ModelStatus &status)
{
    if (status.state != ModelState::Ready || !status.facts)
        return "[]";
    return listOf({JsonObject()
                       .text("type", "CPU")
                       .number("id", 0)
                       .number("byte_size", status.facts->memory.count)
                       .end()});
}

std::string statisticsOf(const Recorded &recorded, const ModelView &view,
                         const std::string &version, bool serving)
{
    const auto found = recorded.inferences.find({view.entry.name, version});
    const InferenceTotals well =
        found == recorded.inferences.end() ? InferenceTotals() : found->second;
    const std::string inference =
        JsonObject()
            .raw("success", durationJson(well.requests, well.total))
            .raw("fail", failuresJson(recorded, {view.entry.name, version}, serving, well))
            .raw("queue", durationJson(well.requests, well.queue))
            .raw("compute_input", durationJson(well.requests, well.input))
            .raw("compute_infer", durationJson(well.requests, well.infer))
            .raw("compute_output", durationJson(well.requests, well.output))
            .raw("cache_hit", durationJson(0, {}))
            .raw("cache_miss", durationJson(0, {}))
            .end();
    return JsonObject()
        .text("name", view.entry.name)
        .text("version", version)
        .number("last_inference",
                std::chrono::duration_cast<std::chrono::milliseconds>(well.last.time_since_epoch())
                    .count())
        .number("inference_count", well.samples)
        .number("execution_count", well.runs)
        .raw("inference_stats", inference)
        .raw("batch_stats", batchesJson(well))
        .raw("memory_usage", memoryJson(view.status))
        .end();
}

void addStatistics(std::vector<std::string> &objects, const Workbench &workbench,
                   const Recorded &recorded, const ModelId &id)
{
    const auto serving = openModel(workbench, {id.name, {}});
    if (!serving)
        return;
    const auto versions = versionsOf(*serving);
    for (const std::string &version : versions) {
        if (!id.version.empty() && id.version != version)
            continue;
        if (const auto view = openModel(workbench, {id.name, version}))
            objects.push_back(statisticsOf(recorded, *view, version, version == versions.back()));
    }
}

std::string indexJson(const ModelView &view, const std::string &version, bool ready)
{
    const ModelStatus &status = view.status;
    std::string state = ready ? "READY" : "UNAVAILABLE";
    std::string reason = status.unloadedOnRequest ? "unloaded" : status.reason;
    if (status.state == ModelState::Loading || status.state == ModelState::Probing)
        state = "LOADING";
    if (ready)
        reason.clear();
    return JsonObject()
        .text("name", view.entry.name)
        .text("version", version)
        .text("state", state)
        .text("reason", reason)
        .end();
}

} // namespace

std::string openMetadataJson(const ModelView &view)
{
    const ModelStatus::Facts &facts = *view.status.facts;
    std::vector<std::string> versions;
    for (const std::string &version : versionsOf(view))
        versions.push_back(textJson(version));
    JsonObject object;
    object.text("name", view.entry.name)
        .raw("versions", listOf(versions))
        .text("platform", platformOf(facts))
        .raw("inputs", tensorsJson(facts.spec.inputs))
        .raw("outputs", tensorsJson(facts.spec.outputs));
    if (!facts.spec.caveats.empty())
        object.raw("parameters", JsonObject().text("warning", facts.spec.caveats.front()).end());
    return object.end();
}

std::string openConfigJson(const ModelView &view, std::int64_t maxBatch)
{
    const ModelStatus::Facts &facts = *view.status.facts;
    std::vector<std::string> inputs;
    for (std::size_t i = 0; i < facts.spec.inputs.size(); ++i) {
        const TensorSpec &spec = facts.spec.inputs[i];
        inputs.push_back(JsonObject()
                             .text("name", spec.name)
                             .text("data_type", configType(spec.dtype))
                             .text("format", configFormat(facts, i))
                             .raw("dims", configDims(spec, maxBatch > 0))
                             .end());
    }
    std::vector<std::string> outputs;
    for (const TensorSpec &spec : facts.spec.outputs)
        outputs.push_back(JsonObject()
                              .text("name", spec.name)
                              .text("data_type", configType(spec.dtype))
                              .raw("dims", configDims(spec, maxBatch > 0))
                              .end());
    return JsonObject()
        .text("name", view.entry.name)
        .text("platform", platformOf(facts))
        .text("backend", facts.engine)
        .number("max_batch_size", maxBatch)
        .raw("input", listOf(inputs))
        .raw("output", listOf(outputs))
        .end();
}

std::string openIndexJson(const Workbench &workbench, bool readyAlone)
{
    std::vector<std::string> objects;
    for (const ModelView &listed : workbench.models()) {
        for (const std::string &version : versionsOf(listed)) {
            const auto view = openModel(workbench, {listed.entry.name, version});
            if (view && (!readyAlone || isReady(*view)))
                objects.push_back(indexJson(*view, version, isReady(*view)));
        }
    }
    return listOf(objects);
}

Result<std::string> openStatisticsJson(Workbench &workbench, const ModelId &id)
{
    std::vector<std::string> objects;
    const Recorded recorded{workbench.metrics().inferences(), workbench.metrics().models()};
    if (id.name.empty()) {
        for (const ModelView &view : workbench.models())
            addStatistics(objects, workbench, recorded, {view.entry.name, {}});
    } else {
        if (auto known = openModel(workbench, id); !known)
            return known.error();
        addStatistics(objects, workbench, recorded, id);
    }
    return "{\"model_stats\": " + listOf(objects) + "}";
}

} // namespace warmbench::http
