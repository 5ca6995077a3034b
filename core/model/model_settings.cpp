#include "model/model_settings.h"

#include "base/contained_path.h"
#include "base/file.h"
#include "base/text.h"
#include "base/utf8.h"
#include "model/input_settings.h"
#include "model/settings_reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <limits>

namespace warmbench {

namespace {

constexpr int mostClasses = 100'000;
constexpr int mostExtras = 4096; // numbers of one kind behind the scores of a detection
constexpr Bytes settingsLimit = mebibytes(1);
constexpr Bytes labelsLimit = mebibytes(16);

constexpr std::array<std::string_view, 6> tasks{"classification", "detection", "segmentation",
                                                "image",          "tensor",    "text"};
constexpr std::array<std::string_view, 3> activations{"none", "softmax", "sigmoid"};
constexpr std::array<std::string_view, 3> reloadModes{"off", "notice", "auto"};
constexpr std::array<std::string_view, 3> engines{"auto", "opencv", "onnxruntime"};
constexpr std::array<std::string_view, 21> decoders{"ultraface",     "ssd",
                                                    "yolov5",        "yolov8",
                                                    "yolo-rows",     "yolox",
                                                    "fastestdet",    "yunet",
                                                    "detr",          "rtdetr",
                                                    "rf-detr",       "rtdetr-rows",
                                                    "detr-finished", "torchvision-detection",
                                                    "tf-detection",  "mmdeploy",
                                                    "num-dets",      "yolov7-rows",
                                                    "custom-vision", "yolo-nas",
                                                    "ppocr-boxes"};

// Reads which numbers of an image output are black and white.
std::optional<OutputRange> readRange(SettingsReader &reader, const JsonValue &value)
{
    std::vector<double> ends;
    if (value.kind == JsonValue::Kind::List) {
        for (const JsonValue &item : value.items) {
            if (item.kind == JsonValue::Kind::Number)
                ends.push_back(item.number);
        }
    }
    if (ends.size() == 2 && ends.size() == value.items.size() && ends[0] < ends[1] &&
        std::isfinite(ends[1] - ends[0]))
        return OutputRange{ends[0], ends[1]};
    reader.refuse(value, "a list of two numbers, that of black and the higher one of white, such "
                         "as [0, 1]");
    return std::nullopt;
}

constexpr std::array outputKeys{
    SettingsKey<OutputSettings>{"primary",
                                [](SettingsReader &r, const JsonValue &v, OutputSettings &o) {
                                    o.primary = r.text(v, "the name of one of the outputs");
                                }},
    SettingsKey<OutputSettings>{"activation",
                                [](SettingsReader &r, const JsonValue &v, OutputSettings &o) {
                                    o.activation = chosen<Activation>(r, v, activations);
                                }},
    SettingsKey<OutputSettings>{"top_k",
                                [](SettingsReader &r, const JsonValue &v, OutputSettings &o) {
                                    o.topK = r.whole(v, 1, mostClasses);
                                }},
    SettingsKey<OutputSettings>{"range", [](SettingsReader &r, const JsonValue &v,
                                            OutputSettings &o) { o.range = readRange(r, v); }},
};

// How many points a skeleton has, or their names.
void readPoints(SettingsReader &reader, const JsonValue &value, DecoderSettings &decoder)
{
    if (value.kind == JsonValue::Kind::Number) {
        decoder.points = reader.whole(value, 1, mostExtras).value_or(0);
        return;
    }
    reader.list(value, "a whole number or a list of names", [&](const JsonValue &item) {
        decoder.pointNames.push_back(reader.text(item, "a name in quotes").value_or(""));
    });
    decoder.points = static_cast<int>(decoder.pointNames.size());
}

constexpr std::array decoderKeys{
    SettingsKey<DecoderSettings>{"type",
                                 [](SettingsReader &r, const JsonValue &v, DecoderSettings &d) {
                                     if (const auto index = r.choice(v, decoders))
                                         d.type = decoders[*index];
                                 }},
    SettingsKey<DecoderSettings>{"score_threshold",
                                 [](SettingsReader &r, const JsonValue &v, DecoderSettings &d) {
                                     d.scoreThreshold =
                                         r.number(v, 0, 1).value_or(d.scoreThreshold);
                                 }},
    SettingsKey<DecoderSettings>{"nms_threshold",
                                 [](SettingsReader &r, const JsonValue &v, DecoderSettings &d) {
                                     d.nmsThreshold = r.number(v, 0, 1).value_or(d.nmsThreshold);
                                 }},
    SettingsKey<DecoderSettings>{"classes",
                                 [](SettingsReader &r, const JsonValue &v, DecoderSettings &d) {
                                     d.classes = r.whole(v, 1, mostClasses).value_or(0);
                                 }},
    SettingsKey<DecoderSettings>{"masks",
                                 [](SettingsReader &r, const JsonValue &v, DecoderSettings &d) {
                                     d.masks = r.whole(v, 1, mostExtras).value_or(0);
                                 }},
    SettingsKey<DecoderSettings>{"points", readPoints},
    SettingsKey<DecoderSettings>{"oriented",
                                 [](SettingsReader &r, const JsonValue &v, DecoderSettings &d) {
                                     d.oriented = r.flag(v).value_or(false);
                                 }},
};

constexpr std::array expectKeys{
    SettingsKey<Golden>{"label",
                        [](SettingsReader &r, const JsonValue &v, Golden &g) {
                            g.label = r.text(v, "the label expected").value_or("");
                        }},
    SettingsKey<Golden>{"min_score", [](SettingsReader &r, const JsonValue &v,
                                        Golden &g) { g.minScore = r.number(v, 0, 1).value_or(0); }},
};

constexpr std::array goldenKeys{
    SettingsKey<Golden>{"input",
                        [](SettingsReader &r, const JsonValue &v, Golden &g) {
                            g.input = r.text(v, "the name of a file").value_or("");
                        }},
    SettingsKey<Golden>{"expect",
                        [](SettingsReader &r, const JsonValue &v, Golden &g) {
                            if (v.kind == JsonValue::Kind::Object)
                                r.object<Golden>(v, expectKeys, g);
                            else
                                g.expectFile = r.text(v, "the name of an .npy or .npz file, or an "
                                                         "object with \"label\" and "
                                                         "\"min_score\"")
                                                   .value_or("");
                        }},
    SettingsKey<Golden>{"rtol",
                        [](SettingsReader &r, const JsonValue &v, Golden &g) {
                            g.relativeTolerance = r.number(v, 0, noLimit).value_or(0);
                        }},
    SettingsKey<Golden>{"atol",
                        [](SettingsReader &r, const JsonValue &v, Golden &g) {
                            g.absoluteTolerance = r.number(v, 0, noLimit).value_or(0);
                        }},
};

void readGolden(SettingsReader &reader, const JsonValue &value, ModelSettings &settings)
{
    reader.list(value, "a list of known answers", [&](const JsonValue &item) {
        Golden golden;
        reader.object<Golden>(item, goldenKeys, golden);
        if (golden.input.empty())
            reader.complain(item, "needs an \"input\", the name of a file");
        // An .npz can hold inputs and outputs by their names.
        if (golden.label.empty() && golden.expectFile.empty() && golden.input.ends_with(".npz"))
            golden.expectFile = golden.input;
        if (golden.label.empty() && golden.expectFile.empty())
            reader.complain(item, "needs an \"expect\", the name of an .npy or .npz file or an "
                                  "object with a \"label\"");
        settings.golden.push_back(std::move(golden));
    });
}

void readLabels(SettingsReader &reader, const JsonValue &value, ModelSettings &settings)
{
    constexpr std::string_view accepted = "the name of a file or a list of names";
    if (value.kind == JsonValue::Kind::Text) {
        const auto file = reader.text(value, accepted);
        if (!file)
            return;
        const auto path = std::filesystem::path(*file).lexically_normal();
        if (path.is_absolute() || *path.begin() == ".." || file->find('\0') != std::string::npos)
            return reader.refuse(value, "the name of a file in the settings file's own folder");
        settings.labelsFile = path;
        return;
    }
    reader.list(value, accepted, [&](const JsonValue &item) {
        // Readers of text have a blank; of others a class without a name goes by its number.
        const bool blank = item.kind == JsonValue::Kind::Text && item.text.empty();
        settings.labels.push_back(blank ? "" : reader.text(item, "a name in quotes").value_or(""));
    });
}

// Reads a text such as "30m", or a number of seconds.
std::optional<Milliseconds> readDuration(SettingsReader &reader, const JsonValue &value)
{
    constexpr std::string_view accepted =
        "a time such as \"30m\", \"90s\" or \"2h\", \"-1\" for never or \"0\" for after each use";
    const bool written =
        value.kind == JsonValue::Kind::Text || value.kind == JsonValue::Kind::Number;
    if (const auto duration = parseDuration(value.text); written && duration)
        return *duration;
    reader.refuse(value, accepted);
    return std::nullopt;
}

// The defaults of the thresholds depend on the type, wherever it stands in the object.
DecoderSettings defaultsIn(const JsonValue &value)
{
    const JsonValue *const type = value.member("type");
    return type ? decoderDefaults(lowered(type->text)) : DecoderSettings();
}

void readDecoder(SettingsReader &reader, const JsonValue &value, ModelSettings &settings)
{
    DecoderSettings decoder = defaultsIn(value);
    decoder.type.clear();
    reader.object<DecoderSettings>(value, decoderKeys, decoder);
    if (decoder.type.empty())
        reader.complain(value, "needs a \"type\", such as \"yolov8\"");
    settings.decoder = std::move(decoder);
}

constexpr std::array settingsKeys{
    SettingsKey<ModelSettings>{"task",
                               [](SettingsReader &r, const JsonValue &v, ModelSettings &s) {
                                   s.task = chosen<Task>(r, v, tasks);
                               }},
    SettingsKey<ModelSettings>{"labels", readLabels},
    SettingsKey<ModelSettings>{"input", [](SettingsReader &r, const JsonValue &v,
                                           ModelSettings &s) { readInputSettings(r, v, s.input); }},
    SettingsKey<ModelSettings>{"output",
                               [](SettingsReader &r, const JsonValue &v, ModelSettings &s) {
                                   r.object<OutputSettings>(v, outputKeys, s.output);
                               }},
    SettingsKey<ModelSettings>{"decoder", readDecoder},
    SettingsKey<ModelSettings>{"golden", readGolden},
    SettingsKey<ModelSettings>{"engine",
                               [](SettingsReader &r, const JsonValue &v, ModelSettings &s) {
                                   if (const auto index = r.choice(v, engines))
                                       s.engine = engines[*index];
                               }},
    SettingsKey<ModelSettings>{"instances",
                               [](SettingsReader &r, const JsonValue &v, ModelSettings &s) {
                                   s.instances = r.whole(v, 1, 256);
                               }},
    SettingsKey<ModelSettings>{"isolate", [](SettingsReader &r, const JsonValue &v,
                                             ModelSettings &s) { s.isolate = r.flag(v); }},
    SettingsKey<ModelSettings>{"max_batch",
                               [](SettingsReader &r, const JsonValue &v, ModelSettings &s) {
                                   s.maxBatch = r.whole(v, 1, 65'536);
                               }},
    SettingsKey<ModelSettings>{"keep_alive",
                               [](SettingsReader &r, const JsonValue &v, ModelSettings &s) {
                                   s.keepAlive = readDuration(r, v);
                               }},
    SettingsKey<ModelSettings>{"pinned", [](SettingsReader &r, const JsonValue &v,
                                            ModelSettings &s) { s.pinned = r.flag(v); }},
    SettingsKey<ModelSettings>{"reload",
                               [](SettingsReader &r, const JsonValue &v, ModelSettings &s) {
                                   s.reload = chosen<ReloadMode>(r, v, reloadModes);
                               }},
};

Result<void> readLabelsFile(ModelSettings &settings)
{
    const auto file = settings.file.parent_path() / *settings.labelsFile;
    if (!resolveWithin(settings.file.parent_path(), settings.labelsFile->string()))
        return invalidArgument(fmt::format(
            "\"{}\" names the labels file \"{}\", which leads out of its folder; copy "
            "the file there instead of linking it.",
            printable(settings.file.string()), printable(settings.labelsFile->string())));
    const auto text = readFile(file, labelsLimit);
    if (!text && text.error().code == ErrorCode::NotFound)
        return notFound(fmt::format("\"{}\" names the labels file \"{}\", which is not there; put "
                                    "it beside the settings file or take the key \"labels\" out.",
                                    printable(settings.file.string()),
                                    printable(settings.labelsFile->string())));
    if (!text)
        return text.error();
    auto labels = parseLabels(*text);
    if (!labels)
        return invalidArgument(fmt::format("\"{}\", {}.", file.string(), labels.error().message));
    settings.labels = *std::move(labels);
    settings.labelsFile = file;
    return {};
}

Result<ModelSettings> settingsOf(const std::filesystem::path &file, std::string_view json)
{
    if (!resolveWithin(file.parent_path(), file.filename().string()))
        return invalidArgument(
            fmt::format("The settings file \"{}\" is a link that leads out of its folder; copy "
                        "the file there instead.",
                        printable(file.string())));
    auto settings = parseModelSettings(json, fmt::format("\"{}\"", file.string()));
    if (!settings)
        return settings;
    settings->file = file;
    if (settings->labelsFile) {
        if (const auto read = readLabelsFile(*settings); !read)
            return read.error();
    }
    return settings;
}

} // namespace

const char *taskName(Task task)
{
    return tasks[static_cast<std::size_t>(task)].data();
}

const char *activationName(Activation activation)
{
    return activations[static_cast<std::size_t>(activation)].data();
}

const char *reloadModeName(ReloadMode mode)
{
    return reloadModes[static_cast<std::size_t>(mode)].data();
}

Result<ModelSettings> parseModelSettings(std::string_view json, std::string_view what)
{
    const auto root = parseJson(json);
    if (!root)
        return invalidArgument(fmt::format("{}, {}.", what, root.error().message));
    ModelSettings settings;
    SettingsReader reader(what);
    reader.object<ModelSettings>(*root, settingsKeys, settings);
    if (reader.problem())
        return *reader.problem();
    settings.json = withoutByteOrderMark(json);
    settings.warnings = reader.takeWarnings();
    return settings;
}

std::vector<std::filesystem::path> settingsFilesFor(const std::filesystem::path &modelFile)
{
    const auto folder = modelFile.parent_path();
    std::vector<std::filesystem::path> files{
        folder / (modelFile.filename().string() + ".warmbench.json"),
        folder / (modelFile.stem().string() + ".warmbench.json"), folder / "warmbench.json"};
    const std::string number = folder.filename().string();
    if (!number.empty() && number.find_first_not_of("0123456789") == std::string::npos)
        files.push_back(folder.parent_path() / "warmbench.json");
    return files;
}

Result<ModelSettings> loadModelSettings(const std::filesystem::path &modelFile)
{
    for (const auto &file : settingsFilesFor(modelFile)) {
        const auto json = readFile(file, settingsLimit);
        if (!json && json.error().code == ErrorCode::NotFound)
            continue;
        if (!json)
            return json.error();
        return settingsOf(file, *json);
    }
    ModelSettings settings;
    settings.json = "{}";
    return settings;
}

Result<ModelSettings> readModelSettings(const std::filesystem::path &file)
{
    const auto json = readFile(file, settingsLimit);
    if (!json)
        return json.error();
    // What it names lies beside it, whatever folder the process works in.
    std::error_code failed;
    const auto whole = std::filesystem::absolute(file, failed);
    return settingsOf(failed ? file : whole, *json);
}

} // namespace warmbench
