#include "model/file_model_source.h"

#include "base/text.h"
#include "engine/worker/isolated_engine.h"
#include "model/settings_edits.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <thread>

namespace warmbench {

namespace {

namespace fs = std::filesystem;

// The files whose bytes the digest takes, in this order; of the settings file it takes what it
// says.
std::vector<fs::path> digestedFiles(const LoadPlan &plan)
{
    std::vector<fs::path> all = plan.files.all();
    if (plan.settings.labelsFile)
        all.push_back(*plan.settings.labelsFile);
    for (const fs::path &file : plan.beside.files) {
        if (file != plan.settings.labelsFile)
            all.push_back(file);
    }
    return all;
}

std::vector<fs::path> bundleFiles(const LoadPlan &plan)
{
    std::vector<fs::path> all = digestedFiles(plan);
    if (!plan.settings.file.empty())
        all.push_back(plan.settings.file);
    return all;
}

std::vector<FileStamp> stampsOf(const std::vector<fs::path> &files)
{
    std::vector<FileStamp> stamps;
    stamps.reserve(files.size());
    for (const fs::path &file : files)
        stamps.push_back(stampOf(file));
    return stamps;
}

// Stamps of the bundle's files and of the places where a settings file or a file of labels would
// take precedence over the present one: one that is written there later is a change, too.
std::vector<FileStamp> bundleStamps(const LoadPlan &plan)
{
    std::vector<FileStamp> stamps = stampsOf(bundleFiles(plan));
    for (const fs::path &file : settingsFilesFor(plan.files.network)) {
        if (file == plan.settings.file)
            break;
        stamps.push_back(stampOf(file));
    }
    for (const fs::path &file : plan.beside.places)
        stamps.push_back(stampOf(file));
    return stamps;
}

Error changedMeanwhile(const ModelId &id)
{
    return failedPrecondition(
        fmt::format("The files of model \"{}\" were written while it was loaded; try again once "
                    "they are complete.",
                    id.name));
}

// What said it, at the start of a sentence.
std::string tellerOf(const ModelSettings &settings)
{
    return settings.edits.empty() ? fmt::format("\"{}\"", settings.file.string())
                                  : std::string("The settings as they were changed");
}

// The index of the output that the settings name; 0 if they name none.
Result<std::size_t> primaryOutputOf(const NetworkSpec &spec, const ModelSettings &settings)
{
    if (!settings.output.primary)
        return std::size_t(0);
    std::vector<std::string> names;
    for (const TensorSpec &output : spec.outputs) {
        if (output.name == *settings.output.primary)
            return names.size();
        names.push_back(output.name);
    }
    return failedPrecondition(fmt::format(
        "{}: \"output.primary\" is \"{}\", but the network's outputs are {}; correct it or "
        "leave it out.",
        tellerOf(settings), printable(*settings.output.primary, 80), joined(names)));
}

void warnOfLabels(ModelBundle &model)
{
    const auto &labels = model.settings.labels;
    const bool classifies =
        model.settings.task.value_or(Task::Classification) == Task::Classification &&
        !model.settings.decoder;
    if (labels.empty() || !classifies || model.scoresOutput >= model.spec().outputs.size())
        return;
    const TensorSpec &output = model.spec().outputs[model.scoresOutput];
    const Dimension *const classes = classesOf(output);
    if (classes && !classes->free() && classes->size != static_cast<std::int64_t>(labels.size()))
        model.warnings.push_back(
            fmt::format("There are {} labels, but output \"{}\" has {} classes; those beyond go by "
                        "their number.",
                        labels.size(), printable(output.name, 80), classes->size));
}

// The engine does not count second copies that a library keeps (OpenCV packs dense weights), so the
// memory that the load left allocated is taken if it is more. A network never takes less than the
// weights in its files.
Bytes memoryOf(const Network &network, Bytes estimate, Bytes allocated)
{
    const NetworkMeasure measure = network.measure();
    const Bytes counted =
        std::max(measure.weights + measure.activations, network.spec().weightBytes);
    return std::max(counted.count > 0 ? counted : estimate, allocated);
}

std::vector<std::string> warningsOf(const NetworkSpec &spec)
{
    std::vector<std::string> all = spec.caveats;
    all.insert(all.end(), spec.warnings.begin(), spec.warnings.end());
    return all;
}

Result<Understanding> understandingOf(const NetworkSpec &spec, ModelSettings &settings,
                                      const FilesBeside &beside)
{
    auto understood = understand(spec, settings, beside.hints);
    if (!understood) // only the settings can be wrong here
        return failedPrecondition(
            fmt::format("{}: {}", tellerOf(settings), understood.error().message));
    return understood;
}

// Fills in what depends on settings and network together: the plan of the input, the primary
// output, warnings.
Result<void> applySettings(ModelBundle &model, const FilesBeside &beside)
{
    const NetworkSpec &spec = model.spec();
    auto understanding = understandingOf(spec, model.settings, beside);
    if (!understanding)
        return std::move(understanding).error();
    model.input = std::move(understanding->input);
    model.understood = std::move(understanding->told);
    const auto primary = primaryOutputOf(spec, model.settings);
    if (!primary)
        return primary.error();
    model.primaryOutput = *primary;
    model.scoresOutput =
        ownClasses(spec, model.settings) ? spec.classes->output : model.primaryOutput;
    model.warnings = warningsOf(spec);
    for (const auto &more : {model.settings.warnings, understanding->warnings})
        model.warnings.insert(model.warnings.end(), more.begin(), more.end());
    warnOfLabels(model);
    return {};
}

Result<std::unique_ptr<ModelBundle>> bundleOf(const LoadPlan &plan, const std::string &engine,
                                              std::shared_ptr<Network> network, Bytes memory)
{
    auto model = std::make_unique<ModelBundle>();
    model->id = plan.id;
    model->digest = plan.digest;
    model->engine = engine;
    model->chosen = plan.engine;
    model->fileBytes = plan.fileBytes;
    model->files = plan.files;
    model->stamps = plan.stamps;
    model->settings = plan.settings;
    model->network = std::move(network);
    model->memory = memory;
    if (const auto done = applySettings(*model, plan.beside); !done)
        return done.error();
    return model;
}

// Whether the network of `loaded` is the one that a load of the plan would make.
bool sameNetwork(const LoadPlan &plan, const ModelBundle &loaded)
{
    const auto files = plan.files.all();
    const auto unchanged = [&](const fs::path &file) {
        const auto before = std::ranges::find(loaded.stamps, file, &FileStamp::path);
        return before != loaded.stamps.end() && before->size >= 0 &&
               std::ranges::find(plan.stamps, *before) != plan.stamps.end();
    };
    return files == loaded.files.all() && std::ranges::all_of(files, unchanged) &&
           plan.settings.instances == loaded.settings.instances &&
           plan.settings.isolate == loaded.settings.isolate && plan.inner.empty() &&
           !plan.timeLayers;
}

// Each core can run a copy, as long as all copies together take little memory; a larger network
// gets one. `each` is the memory of one copy.
int instancesOf(const ModelSettings &settings, const LoaderOptions &options, Bytes each)
{
    constexpr Bytes together = mebibytes(64);
    constexpr std::int64_t most = 4;
    const int wanted = settings.instances.value_or(options.instances);
    if (wanted > 0)
        return wanted;
    const std::int64_t cores = std::max(1U, std::thread::hardware_concurrency());
    const std::int64_t fit = together.count / std::max<std::int64_t>(each.count, 1);
    return static_cast<int>(std::clamp<std::int64_t>(fit, 1, std::min(cores, most)));
}

TrialSubject subjectOf(const LoadPlan &plan, const Engine &engine)
{
    return {plan.filesDigest, plan.files, std::string(engine.name()), engine.version()};
}

// What a sentence adds about an engine that is not there; empty if it is.
std::string whyMissing(const std::string &engine)
{
    const auto *const known = engineVersion(engine);
    return known && known->version.empty() ? ' ' + known->reason : std::string();
}

} // namespace

FileModelSource::FileModelSource(Repository &repository,
                                 std::vector<std::shared_ptr<Engine>> engines,
                                 LoaderOptions options)
    : m_repository(repository)
    , m_engines(std::move(engines))
    , m_options(std::move(options))
    , m_trials(m_options.trial)
{
}

Result<void> FileModelSource::contains(const ModelId &id) const
{
    m_repository.lookUp(id.name);
    if (const auto file = m_repository.fileOf(id); !file)
        return file.error();
    return {};
}

Result<LoadPlan> FileModelSource::probe(const ModelId &id)
{
    return planOf(id, {}, nullptr);
}

Result<LoadPlan> FileModelSource::probeWith(const ModelId &id, const fs::path &settings)
{
    return planOf(id, settings, nullptr);
}

Result<LoadPlan> FileModelSource::probeAgain(const ModelId &id, const LoadPlan &before)
{
    return planOf(id, {}, &before);
}

Result<LoadPlan> FileModelSource::planOf(const ModelId &id, const fs::path &settingsFile,
                                         const LoadPlan *before)
{
    const auto entry = m_repository.find(id.name);
    if (!entry)
        return entry.error();
    LoadPlan plan;
    plan.id = id;
    plan.engine = chosenEngine(id.name);
    if (id.version.empty())
        plan.id.version = std::to_string(entry->highest());
    const auto file = m_repository.fileOf(plan.id);
    if (!file)
        return file.error();
    auto files = identifyModelFiles(*file);
    if (!files)
        return files.error();
    plan.files = *std::move(files);
    const auto places = settingsFilesFor(plan.files.network);
    const auto placesBefore = stampsOf(places);
    auto settings = settingsFile.empty() ? loadModelSettings(plan.files.network)
                                         : readModelSettings(settingsFile);
    if (stampsOf(places) != placesBefore)
        return changedMeanwhile(id);
    if (!settings)
        // No InvalidArgument: the client who asks for a prediction is not to blame for the file.
        return failedPrecondition(settings.error().message);
    if (const std::string changes = edits(id.name); settingsFile.empty() && !changes.empty()) {
        settings = editedSettings(*settings, changes);
        if (!settings)
            return failedPrecondition(settings.error().message);
    }
    plan.settings = *std::move(settings);
    plan.beside = readFilesBeside(
        plan.files.network, m_repository.isOpened(plan.files.network.parent_path().parent_path()));

    // Stamps are taken before the digest, so that a write in between shows as a change.
    plan.stamps = bundleStamps(plan);
    const bool unchanged = before && before->stamps == plan.stamps;
    auto digest = unchanged ? before->filesDigest : digestFor(plan);
    if (!digest)
        return digest.error();
    plan.filesDigest = *std::move(digest);
    const std::string said = settingsLine(plan.settings);
    plan.digest = said.empty() ? plan.filesDigest : digestWith(plan.filesDigest, said);
    for (const FileStamp &stamp : plan.stamps)
        plan.fileBytes += {std::max<std::int64_t>(stamp.size, 0)};
    // These files are nearly all weights, and each instance has its own copy.
    for (const fs::path &part : plan.files.all())
        plan.estimate += {std::max<std::int64_t>(stampOf(part).size, 0)};
    plan.instances = instancesOf(plan.settings, m_options, plan.estimate);
    plan.estimate.count *= plan.instances;
    return plan;
}

Result<std::string> FileModelSource::digestFor(const LoadPlan &plan)
{
    const auto files = digestedFiles(plan);
    const Digested now{stampsOf(files), plan.settings.json, plan.settings.edits, {}};
    {
        const MutexLock lock(m_digestMutex);
        const auto found = m_digested.find(plan.id.name);
        if (found != m_digested.end() && found->second.stamps == now.stamps &&
            (found->second.settings != now.settings || found->second.edits != now.edits)) {
            found->second.settings = now.settings;
            found->second.edits = now.edits;
            return found->second.digest;
        }
    }
    auto digest = digestOf(files);
    const MutexLock lock(m_digestMutex);
    m_digested.erase(plan.id.name);
    if (!digest)
        return digest;
    m_digested.emplace(plan.id.name, Digested{now.stamps, now.settings, now.edits, *digest});
    return digest;
}

Result<std::shared_ptr<Engine>> FileModelSource::engineFor(const LoadPlan &plan) const
{
    const std::string bySettings = plan.settings.engine.value_or("auto");
    const std::string wanted = !plan.engine.empty()   ? plan.engine
                               : bySettings == "auto" ? m_options.engine
                                                      : bySettings;
    std::vector<std::string> names;
    for (const auto &engine : m_engines) {
        const bool fits = engine->supports(plan.files.format);
        if (fits && (wanted == "auto" || wanted == engine->name()))
            return engine;
        if (fits)
            names.emplace_back(engine->name());
    }
    return failedPrecondition(
        names.empty()
            ? fmt::format("No engine of this program runs {} files.",
                          modelFormatName(plan.files.format))
            : fmt::format("The engine \"{}\" that model \"{}\" asks for does not run {} files "
                          "here; use {} or \"auto\".{}",
                          wanted, plan.id.name, modelFormatName(plan.files.format), joined(names),
                          whyMissing(wanted)));
}

Result<std::shared_ptr<Engine>> FileModelSource::runnerFor(const LoadPlan &plan) const
{
    auto engine = engineFor(plan);
    if (!engine || !plan.settings.isolate.value_or(m_options.isolate))
        return engine;
    return isolated(*std::move(engine), {m_options.worker, m_options.trial.memory});
}

Result<Bytes> FileModelSource::estimate(LoadPlan &plan)
{
    const auto engine = engineFor(plan);
    if (!engine)
        return engine.error();
    auto kept = (*engine)->estimate(plan.files, {1});
    if (!kept)
        return kept;
    if (kept->count > 0) { // else the size of the files has decided
        plan.estimate.count /= plan.instances;
        plan.instances = instancesOf(plan.settings, m_options, std::max(plan.estimate, *kept));
        plan.estimate.count *= plan.instances;
    }
    if (plan.instances > 1)
        kept = (*engine)->estimate(plan.files, {plan.instances});
    return kept ? std::max(plan.estimate, *kept) : kept;
}

std::optional<Result<void>> FileModelSource::tried(const LoadPlan &plan)
{
    const auto engine = engineFor(plan);
    return engine ? m_trials.known(subjectOf(plan, **engine)) : Result<void>(); // load() says why
}

Result<void> FileModelSource::tryOut(const LoadPlan &plan, const std::stop_token &stop)
{
    const auto engine = engineFor(plan);
    if (!engine)
        return engine.error();
    return m_trials.tryOut(subjectOf(plan, **engine), stop);
}

Result<void> FileModelSource::admit(const LoadPlan &plan)
{
    const auto known = tried(plan);
    return known ? *known : tryOut(plan, m_ending.get_token());
}

Result<std::unique_ptr<ModelBundle>> FileModelSource::load(const LoadPlan &plan)
{
    const auto engine = runnerFor(plan);
    if (!engine)
        return engine.error();
    if (auto admitted = admit(plan); !admitted)
        return std::move(admitted).error();
    const auto started = std::chrono::steady_clock::now();
    MutexLock loading(m_loading);
    const Bytes before = allocatedMemory();
    auto network = (*engine)->load(plan.files, {plan.instances, plan.inner, plan.timeLayers});
    const Bytes allocated = allocatedMemory() - before;
    loading.unlock();
    // If the files changed, what was read may be a mixture of old and new.
    if (bundleStamps(plan) != plan.stamps)
        return changedMeanwhile(plan.id);
    if (!network)
        return network.error();

    const Bytes memory = memoryOf(**network, plan.estimate, allocated);
    auto model = bundleOf(plan, std::string((*engine)->name()), *std::move(network), memory);
    if (model)
        (*model)->loadTime = std::chrono::steady_clock::now() - started;
    return model;
}

Result<std::unique_ptr<ModelBundle>> FileModelSource::adapt(const LoadPlan &plan,
                                                            const ModelBundle &loaded)
{
    const auto started = std::chrono::steady_clock::now();
    const auto engine = engineFor(plan);
    if (!engine)
        return engine.error();
    if (loaded.engine != (*engine)->name() || !sameNetwork(plan, loaded))
        return std::unique_ptr<ModelBundle>();
    if (bundleStamps(plan) != plan.stamps)
        return changedMeanwhile(plan.id);
    auto model = bundleOf(plan, loaded.engine, loaded.network, loaded.memory);
    if (model)
        (*model)->loadTime = std::chrono::steady_clock::now() - started;
    return model;
}

Result<ModelDescription> FileModelSource::describe(const LoadPlan &plan)
{
    const auto engine = runnerFor(plan);
    if (!engine)
        return engine.error();
    if (plan.files.format != ModelFormat::Onnx) { // the others tell nothing without a load
        if (auto admitted = admit(plan); !admitted)
            return std::move(admitted).error();
    }
    MutexLock loading(m_loading);
    auto spec = (*engine)->describe(plan.files);
    loading.unlock();
    if (bundleStamps(plan) != plan.stamps)
        return changedMeanwhile(plan.id);
    if (!spec)
        return std::move(spec).error();
    ModelDescription described;
    described.settings = plan.settings;
    auto understanding = understandingOf(*spec, described.settings, plan.beside);
    if (!understanding)
        return std::move(understanding).error();
    described.engine = (*engine)->name();
    described.warnings = warningsOf(*spec);
    for (const auto &more : {plan.settings.warnings, understanding->warnings})
        described.warnings.insert(described.warnings.end(), more.begin(), more.end());
    described.spec = *std::move(spec);
    described.input = std::move(understanding->input);
    described.understood = std::move(understanding->told);
    return described;
}

std::vector<std::string> FileModelSource::enginesFor(const LoadPlan &plan) const
{
    std::vector<std::string> names;
    for (const auto &engine : m_engines) {
        if (engine->supports(plan.files.format))
            names.emplace_back(engine->name());
    }
    return names;
}

void FileModelSource::chooseEngine(const std::string &name, const std::string &engine)
{
    const MutexLock lock(m_choiceMutex);
    if (engine.empty())
        m_chosen.erase(name);
    else
        m_chosen[name] = engine;
}

std::string FileModelSource::chosenEngine(const std::string &name) const
{
    const MutexLock lock(m_choiceMutex);
    const auto found = m_chosen.find(name);
    return found == m_chosen.end() ? std::string() : found->second;
}

void FileModelSource::setEdits(const std::string &name, const std::string &edits)
{
    const MutexLock lock(m_choiceMutex);
    if (edits.empty())
        m_edits.erase(name);
    else
        m_edits[name] = edits;
}

std::string FileModelSource::edits(const std::string &name) const
{
    const MutexLock lock(m_choiceMutex);
    const auto found = m_edits.find(name);
    return found == m_edits.end() ? std::string() : found->second;
}

std::vector<FileStamp> FileModelSource::stampsNow(const ModelBundle &model) const
{
    std::vector<FileStamp> stamps;
    stamps.reserve(model.stamps.size());
    for (const FileStamp &stamp : model.stamps)
        stamps.push_back(stampOf(stamp.path));
    return stamps;
}

} // namespace warmbench
