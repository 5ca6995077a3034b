#include "model/model_settings.h"

#include "base/contained_path.h"
#include "base/file.h"
#include "base/text.h"
#include "base/utf8.h"
#include "model/settings_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <set>

namespace warmbench {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr int widest = 16384; // the most that preprocessing accepts
constexpr Bytes settingsLimit = mebibytes(1);
constexpr Bytes labelsLimit = mebibytes(16);

constexpr std::array<std::string_view, 5> tasks{"classification", "detection", "segmentation",
                                                "image", "tensor"};
constexpr std::array<std::string_view, 3> activations{"none", "softmax", "sigmoid"};
constexpr std::array<std::string_view, 3> reloadModes{"off", "notice", "auto"};
constexpr std::array<std::string_view, 3> channelOrders{"rgb", "bgr", "gray"};
constexpr std::array<std::string_view, 2> layouts{"NCHW", "NHWC"};
constexpr std::array<std::string_view, 3> resizeModes{"stretch", "crop", "letterbox"};
constexpr std::array<std::string_view, 6> interpolations{"nearest", "bilinear", "bicubic",
                                                         "area",    "hamming",  "lanczos"};
constexpr std::array<std::string_view, 3> engines{"auto", "opencv", "onnxruntime"};
constexpr std::array<std::string_view, 2> padPositions{"centre", "end"};
constexpr std::array<std::string_view, 8> decoders{"ultraface", "ssd",   "yolov5",     "yolov8",
                                                   "yolo-rows", "yolox", "fastestdet", "yunet"};
constexpr std::array<std::string_view, 1> presets{"imagenet"};

// The enumerators must be in the order of the names.
template <typename Enum>
std::optional<Enum> chosen(SettingsReader &reader, const JsonValue &value,
                           std::span<const std::string_view> names)
{
    const auto index = reader.choice(value, names);
    return index ? std::optional(static_cast<Enum>(*index)) : std::nullopt;
}

std::optional<double> parsedNumber(std::string_view text)
{
    text = trimmed(text);
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number))
        return std::nullopt;
    return number;
}

// Reads a number, or a fraction in a text such as "1/255".
std::optional<double> readScale(SettingsReader &reader, const JsonValue &value)
{
    std::optional<double> scale;
    if (value.kind == JsonValue::Kind::Number) {
        scale = value.number;
    } else if (value.kind == JsonValue::Kind::Text) {
        const auto parts = split(value.text, '/');
        const auto over = parsedNumber(parts.front());
        const auto under = parts.size() == 2 ? parsedNumber(parts.back()) : std::optional(1.0);
        if (parts.size() <= 2 && over && under)
            scale = *over / *under;
    }
    if (scale && std::isfinite(*scale) && *scale != 0)
        return scale;
    reader.refuse(value, "a number other than 0, or a fraction in quotes such as \"1/255\"");
    return std::nullopt;
}

// Reads one number, or a list with one for each channel.
std::optional<std::vector<double>> readPerChannel(SettingsReader &reader, const JsonValue &value,
                                                  bool zeroAllowed)
{
    const std::string accepted = fmt::format("a list of one number{} or of three, one a channel",
                                             zeroAllowed ? "" : " other than 0");
    std::vector<double> numbers;
    const auto take = [&](const JsonValue &item) {
        if (item.kind != JsonValue::Kind::Number || (!zeroAllowed && item.number == 0))
            reader.refuse(item, zeroAllowed ? "a number" : "a number other than 0");
        numbers.push_back(item.number);
    };
    if (value.kind == JsonValue::Kind::Number)
        take(value);
    else
        reader.list(value, accepted, take);
    if (!reader.problem() && numbers.size() != 1 && numbers.size() != 3)
        reader.refuse(value, accepted);
    return numbers;
}

constexpr std::array featureKeys{
    SettingsKey<Feature>{"name",
                         [](SettingsReader &r, const JsonValue &v, Feature &f) {
                             f.name = r.text(v, "the feature's name").value_or("");
                         }},
    SettingsKey<Feature>{"unit",
                         [](SettingsReader &r, const JsonValue &v, Feature &f) {
                             if (v.kind == JsonValue::Kind::Text)
                                 f.unit = v.text;
                             else
                                 r.refuse(v, "a text");
                         }},
    SettingsKey<Feature>{"min", [](SettingsReader &r, const JsonValue &v,
                                   Feature &f) { f.minimum = r.number(v, -infinity, infinity); }},
    SettingsKey<Feature>{"max", [](SettingsReader &r, const JsonValue &v,
                                   Feature &f) { f.maximum = r.number(v, -infinity, infinity); }},
    SettingsKey<Feature>{"default",
                         [](SettingsReader &r, const JsonValue &v, Feature &f) {
                             f.fallback = r.number(v, -infinity, infinity);
                         }},
};

void readFeatures(SettingsReader &reader, const JsonValue &value, InputSettings &input)
{
    std::set<std::string> names;
    reader.list(value, "a list of objects, one a number of the table", [&](const JsonValue &item) {
        Feature feature;
        reader.object<Feature>(item, featureKeys, feature);
        if (reader.problem())
            return;
        if (feature.name.empty())
            return reader.complain(item, "needs a \"name\"");
        if (!names.insert(feature.name).second)
            return reader.complain(item, fmt::format("has the name \"{}\", which an earlier one "
                                                     "has already; rename one",
                                                     printable(feature.name, 60)));
        if (feature.minimum.value_or(-infinity) > feature.maximum.value_or(infinity))
            return reader.complain(item, fmt::format("has a \"min\" of {} above its \"max\" of {}",
                                                     *feature.minimum, *feature.maximum));
        if (feature.fallback && (*feature.fallback < feature.minimum.value_or(-infinity) ||
                                 *feature.fallback > feature.maximum.value_or(infinity)))
            return reader.complain(
                item, fmt::format("has a \"default\" of {} outside its \"min\" and \"max\"",
                                  *feature.fallback));
        input.features.push_back(std::move(feature));
    });
    if (!reader.problem() && input.features.empty())
        reader.complain(value, "is empty; name at least one feature or leave the key out");
}

constexpr std::array inputKeys{
    SettingsKey<InputSettings>{"name",
                               [](SettingsReader &r, const JsonValue &v, InputSettings &i) {
                                   i.name = r.text(v, "the name of one of the network's inputs");
                               }},
    SettingsKey<InputSettings>{"preset",
                               [](SettingsReader &r, const JsonValue &v, InputSettings &i) {
                                   i.imagenet = r.choice(v, presets).has_value();
                               }},
    SettingsKey<InputSettings>{"width", [](SettingsReader &r, const JsonValue &v,
                                           InputSettings &i) { i.width = r.whole(v, 1, widest); }},
    SettingsKey<InputSettings>{"height",
                               [](SettingsReader &r, const JsonValue &v, InputSettings &i) {
                                   i.height = r.whole(v, 1, widest);
                               }},
    SettingsKey<InputSettings>{"channels",
                               [](SettingsReader &r, const JsonValue &v, InputSettings &i) {
                                   i.channels = chosen<Channels>(r, v, channelOrders);
                               }},
    SettingsKey<InputSettings>{"layout",
                               [](SettingsReader &r, const JsonValue &v, InputSettings &i) {
                                   i.layout = chosen<Layout>(r, v, layouts);
                               }},
    SettingsKey<InputSettings>{"resize",
                               [](SettingsReader &r, const JsonValue &v, InputSettings &i) {
                                   i.resize = chosen<ResizeMode>(r, v, resizeModes);
                               }},
    SettingsKey<InputSettings>{"shorter_side",
                               [](SettingsReader &r, const JsonValue &v, InputSettings &i) {
                                   i.shorterSide = r.whole(v, 1, widest);
                               }},
    SettingsKey<InputSettings>{"pad_value",
                               [](SettingsReader &r, const JsonValue &v, InputSettings &i) {
                                   i.padValue = r.number(v, 0, 255);
                               }},
    SettingsKey<InputSettings>{"pad_position",
                               [](SettingsReader &r, const JsonValue &v, InputSettings &i) {
                                   i.padPosition = chosen<PadPosition>(r, v, padPositions);
                               }},
    SettingsKey<InputSettings>{"interpolation",
                               [](SettingsReader &r, const JsonValue &v, InputSettings &i) {
                                   i.interpolation = chosen<Interpolation>(r, v, interpolations);
                               }},
    SettingsKey<InputSettings>{"antialias", [](SettingsReader &r, const JsonValue &v,
                                               InputSettings &i) { i.antialias = r.flag(v); }},
    SettingsKey<InputSettings>{"scale", [](SettingsReader &r, const JsonValue &v,
                                           InputSettings &i) { i.scale = readScale(r, v); }},
    SettingsKey<InputSettings>{"mean",
                               [](SettingsReader &r, const JsonValue &v, InputSettings &i) {
                                   i.mean = readPerChannel(r, v, true);
                               }},
    SettingsKey<InputSettings>{"std",
                               [](SettingsReader &r, const JsonValue &v, InputSettings &i) {
                                   i.std = readPerChannel(r, v, false);
                               }},
    SettingsKey<InputSettings>{"features", readFeatures},
};

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
                                    o.topK = r.whole(v, 1, 100'000);
                                }},
    SettingsKey<OutputSettings>{"range", [](SettingsReader &r, const JsonValue &v,
                                            OutputSettings &o) { o.range = readRange(r, v); }},
};

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
                                g.expectFile = r.text(v, "the name of an .npy file, or an object "
                                                         "with \"label\" and \"min_score\"")
                                                   .value_or("");
                        }},
    SettingsKey<Golden>{"rtol",
                        [](SettingsReader &r, const JsonValue &v, Golden &g) {
                            g.relativeTolerance = r.number(v, 0, infinity).value_or(0);
                        }},
    SettingsKey<Golden>{"atol",
                        [](SettingsReader &r, const JsonValue &v, Golden &g) {
                            g.absoluteTolerance = r.number(v, 0, infinity).value_or(0);
                        }},
};

void readGolden(SettingsReader &reader, const JsonValue &value, ModelSettings &settings)
{
    reader.list(value, "a list of known answers", [&](const JsonValue &item) {
        Golden golden;
        reader.object<Golden>(item, goldenKeys, golden);
        if (golden.input.empty())
            reader.complain(item, "needs an \"input\", the name of a file");
        if (golden.label.empty() && golden.expectFile.empty())
            reader.complain(item, "needs an \"expect\", the name of an .npy file or an object "
                                  "with a \"label\"");
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
        settings.labels.push_back(reader.text(item, "a name in quotes").value_or(""));
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
    const auto key = std::find(value.keys.begin(), value.keys.end(), "type");
    return key == value.keys.end()
               ? DecoderSettings()
               : decoderDefaults(
                     lowered(value.items[static_cast<std::size_t>(key - value.keys.begin())].text));
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
    SettingsKey<ModelSettings>{"input",
                               [](SettingsReader &r, const JsonValue &v, ModelSettings &s) {
                                   r.object<InputSettings>(v, inputKeys, s.input);
                               }},
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

} // namespace

// Ultralytics: cfg/default.yaml; YOLOv5: detect.py; YOLOX: tools/demo.py; the others as their
// demonstrations have it.
DecoderSettings decoderDefaults(std::string_view type)
{
    DecoderSettings decoder;
    decoder.type = type;
    if (type == "yolov8" || type == "yolo-rows") {
        decoder.scoreThreshold = 0.25;
        decoder.nmsThreshold = 0.7;
    } else if (type == "yolov5" || type == "yolox" || type == "fastestdet") {
        decoder.scoreThreshold = 0.25;
        decoder.nmsThreshold = 0.45;
    }
    return decoder;
}

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
        if (!resolveWithin(file.parent_path(), file.filename().string()))
            return invalidArgument(
                fmt::format("The settings file \"{}\" is a link that leads out of its folder; copy "
                            "the file there instead.",
                            printable(file.string())));
        auto settings = parseModelSettings(*json, fmt::format("\"{}\"", file.string()));
        if (!settings)
            return settings;
        settings->file = file;
        if (settings->labelsFile) {
            if (const auto read = readLabelsFile(*settings); !read)
                return read.error();
        }
        return settings;
    }
    ModelSettings settings;
    settings.json = "{}";
    return settings;
}

} // namespace warmbench
