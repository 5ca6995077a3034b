#include "http/simple/model_json.h"

#include "base/text.h"
#include "inference/measurement/verdict_json.h"
#include "tensor/json_object.h"
#include "tensor/json_writer.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <iterator>

namespace warmbench::http {

namespace {

// ISO 8601 in UTC, to the millisecond; null where there is none.
std::string timeJson(const std::optional<WallTime> &time)
{
    if (!time)
        return "null";
    const auto since =
        std::chrono::duration_cast<std::chrono::milliseconds>(time->time_since_epoch());
    return fmt::format("\"{:%Y-%m-%dT%H:%M:%S}.{:03}Z\"",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(*time)),
                       since.count() % 1000);
}

// A free extent is -1, as in the Open Inference Protocol.
std::string tensorsJson(const std::vector<TensorSpec> &specs)
{
    std::string out = "[";
    for (const TensorSpec &spec : specs) {
        Shape shape;
        for (const Dimension &extent : spec.shape)
            shape.push_back(extent.free() ? -1 : extent.size);
        out += &spec == &specs.front() ? "" : ", ";
        out += JsonObject()
                   .text("name", spec.name)
                   .text("dtype", dtypeName(spec.dtype))
                   .raw("shape", shapeText(shape))
                   .end();
    }
    return out + "]";
}

const char *takesName(InputKind kind)
{
    switch (kind) {
    case InputKind::Image:
        return "pictures";
    case InputKind::Features:
        return "rows";
    case InputKind::Tensor:
        break;
    }
    return "tensors";
}

// Of the columns that have names of their own.
std::string featuresJson(const InputPlan &plan)
{
    const auto origin = plan.origins.find("features");
    if (origin == plan.origins.end() || (origin->second == Origin::Network && !plan.columns))
        return "[]";
    std::string out = "[";
    for (const Feature &feature : plan.features) {
        JsonObject object;
        object.text("name", feature.name).text("dtype", dtypeName(feature.dtype));
        if (!feature.unit.empty())
            object.text("unit", feature.unit);
        for (const auto &[key, value] : {std::pair("min", feature.minimum),
                                         {"max", feature.maximum},
                                         {"default", feature.fallback}}) {
            if (value)
                object.real(key, *value);
        }
        if (!feature.example.empty())
            object.text("example", feature.example);
        out += out.size() > 1 ? ", " : "";
        out += object.end();
    }
    return out + "]";
}

std::string versionsJson(const ModelView &view)
{
    std::string out = "[";
    for (const auto &[version, file] : view.entry.versions)
        fmt::format_to(std::back_inserter(out), "{}\"{}\"", out.size() > 1 ? ", " : "", version);
    if (view.entry.versions.empty() && !view.status.loadedVersion.empty())
        appendJsonString(out, view.status.loadedVersion);
    return out + "]";
}

// All of them, and the first one for clients that show one.
void addWarnings(JsonObject &object, const ModelView &view)
{
    std::vector<std::string> all;
    if (!view.entry.warning.empty())
        all.push_back(view.entry.warning);
    if (view.status.facts)
        all.insert(all.end(), view.status.facts->warnings.begin(),
                   view.status.facts->warnings.end());
    std::string list = "[";
    for (const std::string &warning : all) {
        list += list.size() > 1 ? ", " : "";
        appendJsonString(list, warning);
    }
    object.textOrNull("warning", all.empty() ? std::string() : all.front())
        .raw("warnings", list + "]");
}

void addFacts(JsonObject &object, const ModelView &view)
{
    const auto &facts = view.status.facts;
    if (!facts) {
        for (const char *key : {"digest", "file_bytes", "memory_bytes", "engine"})
            object.raw(key, "null");
        return;
    }
    const bool inMemory =
        view.status.state == ModelState::Ready || view.status.state == ModelState::Retiring;
    object.text("digest", facts->digest)
        .number("file_bytes", facts->fileBytes.count)
        .number("memory_bytes", inMemory ? facts->memory.count : 0)
        .text("engine", facts->engine);
}

void addDescription(JsonObject &object, const ModelView &view)
{
    const auto &facts = view.status.facts;
    if (!facts) {
        for (const char *key : {"inputs", "outputs", "takes", "features", "settings", "understood"})
            object.raw(key, "null");
        return;
    }
    const std::string_view settings = trimmed(facts->settings.json);
    object.raw("inputs", tensorsJson(facts->spec.inputs))
        .raw("outputs", tensorsJson(facts->spec.outputs))
        .text("takes", takesName(facts->input.kind))
        .raw("features", featuresJson(facts->input))
        .raw("settings", settings.empty() ? "{}" : settings)
        .raw("understood", understoodJson(facts->understood));
}

std::string evictionJson(const std::optional<ModelStatus::Eviction> &evicted)
{
    if (!evicted)
        return "null";
    return JsonObject().text("why", evicted->why).raw("at", timeJson(evicted->when)).end();
}

} // namespace

std::string modelJson(const ModelView &view)
{
    const ModelStatus &status = view.status;
    JsonObject object;
    object.text("name", view.entry.name)
        .raw("versions", versionsJson(view))
        .text("state", modelStateName(status.state));
    object.textOrNull("reason", status.reason).flag("changed_on_disk", status.changedOnDisk);
    addFacts(object, view);
    addWarnings(object, view);
    addDescription(object, view);
    object.number("hits", status.hits)
        .number("misses", status.misses)
        .number("coalesced", status.coalesced)
        .number("in_use", status.inUse)
        .flag("pinned", status.pinned)
        .raw("last_used", timeJson(status.lastUsed))
        .raw("expires_at", timeJson(status.expiresAt))
        .raw("evicted", evictionJson(status.evicted));
    if (status.loadTime.count() > 0)
        object.real("load_ms", toMilliseconds(status.loadTime));
    else
        object.raw("load_ms", "null");
    object.raw("verdict", view.verdict ? verdictJson(*view.verdict) : "null");
    return object.end();
}

} // namespace warmbench::http
