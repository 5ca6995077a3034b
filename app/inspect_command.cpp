#include "commands.h"

#include "engine/network_graph.h"
#include "inference/measurement/verdict_json.h"
#include "inference/measurement/verdict_store.h"
#include "inspect_tensor.h"
#include "layers.h"
#include "model/file_model_source.h"
#include "open_models.h"
#include "sample.h"
#include "standard_output.h"
#include "tensor/json_writer.h"

#include <fmt/format.h>

namespace warmbench::app {

namespace {

// What is known about a model, whether or not it loads.
struct Inspection
{
    NetworkSpec spec;
    std::string engine;  // "opencv 4.6.0"
    std::string refusal; // empty if the engine runs it
    NetworkMeasure measure;
    Understood understood;
    std::vector<std::string> warnings;
    Bytes memory;
    std::string digest;
    std::filesystem::path file;
    std::shared_ptr<const Verdict> verdict; // of an earlier measurement; null: not measured
};

std::string withVersion(const std::string &name)
{
    const auto *const known = engineVersion(name);
    return known ? fmt::format("{} {}", name, known->version) : name;
}

Result<Inspection> inspect(Repository &repository, const std::string &name, const Options &options)
{
    FileModelSource loader(repository, makeEngines(), options.workbench.loader);
    auto plan = loader.probe({name, {}});
    if (!plan)
        return std::move(plan).error();
    Inspection found;
    found.digest = plan->digest;
    found.file = plan->files.network;
    VerdictStore verdicts(options.workbench.verdicts);
    verdicts.recall(found.digest);
    found.verdict = verdicts.find(found.digest);
    auto loaded = loader.load(*plan);
    if (loaded) {
        found.engine = withVersion((*loaded)->engine);
        found.spec = (*loaded)->spec();
        found.measure = (*loaded)->network->measure();
        found.understood = (*loaded)->understood;
        found.warnings = (*loaded)->warnings;
        found.memory = (*loaded)->memory;
        return found;
    }
    found.refusal = loaded.error().message;
    auto described = loader.describe(*plan);
    if (!described)
        return Error{loaded.error()};
    found.engine = withVersion(described->engine);
    found.spec = std::move(described->spec);
    found.understood = std::move(described->understood);
    found.warnings = std::move(described->warnings);
    return found;
}

// Of the file alone, or of the loaded network where the file tells no graph.
Result<NetworkGraph> graphOf(Repository &repository, const std::string &name,
                             const Options &options)
{
    const auto file = repository.fileOf({name, {}});
    if (!file)
        return file.error();
    const auto files = identifyModelFiles(*file);
    if (!files)
        return files.error();
    if (!showsLayersWhenLoaded(files->format))
        return readNetworkGraph(*files);
    FileModelSource loader(repository, makeEngines(), options.workbench.loader);
    const auto plan = loader.probe({name, {}});
    if (!plan)
        return plan.error();
    const auto loaded = loader.load(*plan);
    if (!loaded)
        return loaded.error();
    return graphOfLayers(*(*loaded)->network);
}

void appendTensors(std::string &out, const char *key, const std::vector<TensorSpec> &tensors)
{
    out += fmt::format("\"{}\": [", key);
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        out += i ? ", {\"name\": " : "{\"name\": ";
        appendJsonString(out, tensors[i].name);
        out += fmt::format(", \"dtype\": \"{}\", \"shape\": [", dtypeName(tensors[i].dtype));
        for (std::size_t d = 0; d < tensors[i].shape.size(); ++d)
            out += fmt::format("{}{}", d ? ", " : "", tensors[i].shape[d].size);
        out += "]}";
    }
    out += "]";
}

std::string asJson(const Inspection &found)
{
    std::string out = "{\"file\": ";
    appendJsonString(out, found.file.string());
    out += fmt::format(", \"digest\": \"{}\", \"format\": \"{}\", \"opset\": {}, \"producer\": ",
                       found.digest, modelFormatName(found.spec.format), found.spec.opset);
    appendJsonString(out, found.spec.producer);
    out += ", ";
    appendTensors(out, "inputs", found.spec.inputs);
    out += ", ";
    appendTensors(out, "outputs", found.spec.outputs);
    out += fmt::format(
        ", \"layers\": {}, \"parameters\": {}, \"memory_bytes\": {}, \"flops\": {}, \"engine\": ",
        found.spec.layerCount, found.spec.parameterCount, found.memory.count, found.measure.flops);
    appendJsonString(out, found.engine);
    out += ", \"refusal\": ";
    if (found.refusal.empty())
        out += "null";
    else
        appendJsonString(out, found.refusal);
    out += ", \"warnings\": [";
    for (std::size_t i = 0; i < found.warnings.size(); ++i) {
        out += i ? ", " : "";
        appendJsonString(out, found.warnings[i]);
    }
    out += "], \"understood\": " + understoodJson(found.understood);
    return out + ", \"verdict\": " + (found.verdict ? verdictJson(*found.verdict) : "null") + "}\n";
}

std::string asText(const Inspection &found)
{
    std::string out =
        fmt::format("file        {}\ndigest      {}\nformat      {}", found.file.string(),
                    found.digest, modelFormatName(found.spec.format));
    if (found.spec.opset > 0)
        out += fmt::format(", opset {}", found.spec.opset);
    if (!found.spec.producer.empty())
        out += fmt::format(", made by {}", found.spec.producer);
    out += "\n";
    const auto tensors = [&](const char *what, const std::vector<TensorSpec> &specs) {
        for (const TensorSpec &spec : specs)
            out += fmt::format("{:<12}{} {} {}\n", what, spec.name, dtypeName(spec.dtype),
                               shapeText(spec.shape));
    };
    tensors("input", found.spec.inputs);
    tensors("output", found.spec.outputs);
    out += fmt::format("taken for   {}\n", found.understood.summary);
    for (const auto &[key, told] : found.understood.values)
        out += fmt::format("{:<12}{} = {} ({})\n", "", key, told.value, told.origin);
    for (const auto &[key, value] : found.spec.metadata)
        out += fmt::format("{:<12}{} = {}\n", "metadata", key, value);
    out += fmt::format("layers      {}\nparameters  {}\n", found.spec.layerCount,
                       found.spec.parameterCount);
    if (found.refusal.empty())
        out += fmt::format("memory      {}\n{} runs it\n", toText(found.memory), found.engine);
    else
        out += fmt::format("{} refuses it: {}\n", found.engine, found.refusal);
    if (found.verdict)
        out += fmt::format("verdict     {}\n", summaryOf(*found.verdict));
    for (const std::string &warning : found.warnings)
        out += fmt::format("warning     {}\n", warning);
    return out;
}

} // namespace

int runInspect(const CommandLine &line)
{
    if (!line.options.tensor.empty())
        return runInspectTensor(line);
    Repository repository;
    std::string model = line.arguments.front().toStdString();
    if (line.options.sample) {
        auto folder = unpackSamples();
        if (!folder)
            return fail(folder.error());
        if (auto added = repository.add(*folder); !added)
            return fail(added.error());
    }
    if (!repository.find(model)) {
        auto names = repository.add(model);
        if (!names)
            return fail(names.error());
        if (names->size() != 1)
            return fail(notOneModel(model, names->size()));
        model = names->front();
    }
    if (line.options.layers) {
        const auto graph = graphOf(repository, model, line.options);
        if (!graph)
            return fail(graph.error());
        return StandardOutput().print(line.options.json ? layersJson(*graph) : layersText(*graph));
    }
    auto found = inspect(repository, model, line.options);
    if (!found)
        return fail(found.error());
    return StandardOutput().print(line.options.json ? asJson(*found) : asText(*found));
}

} // namespace warmbench::app
