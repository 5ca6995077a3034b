#include "options.h"

#include "base/bytes.h"
#include "base/duration.h"
#include "base/file.h"
#include "base/text.h"
#include "cache_folder.h"
#include "option_values.h"
#include "remote_predictor.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <optional>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace warmbench::app {

namespace {

constexpr unsigned runners = servers | bit(Command::Predict) | bit(Command::Bench) |
                             bit(Command::Match) | bit(Command::Check) | bit(Command::Compare);
constexpr int mostAtOnce = 256; // as many requests as may wait for a model

constexpr unsigned everyone = runners | bit(Command::Inspect);

Result<bool> parseSwitch(const std::string &text)
{
    const std::string word = lowered(text);
    if (word == "true" || word == "1" || word == "yes" || word == "on")
        return true;
    if (word == "false" || word == "0" || word == "no" || word == "off" || word.empty())
        return false;
    return invalidArgument(fmt::format("\"{}\" is neither true nor false.", text));
}

template <typename T>
Result<T> parseWord(const std::string &text,
                    std::initializer_list<std::pair<const char *, T>> words)
{
    std::vector<std::string> known;
    for (const auto &[word, value] : words) {
        if (text == word)
            return value;
        known.emplace_back(word);
    }
    return invalidArgument(fmt::format("\"{}\" is none of {}.", text, joined(known)));
}

Result<void> storeCount(const std::string &text, int most, int &target)
{
    if (text == "auto") {
        target = 0;
        return {};
    }
    return store(parseNumber(text, 1, most), target);
}

Result<void> storeToken(const std::string &text, std::string &token)
{
    if (!text.starts_with('@')) {
        token = text;
        return {};
    }
    auto content = readFileOrPipe(text.substr(1), mebibytes(1));
    if (!content)
        return std::move(content).error();
    token = std::string(trimmed(*content));
    if (token.empty())
        return invalidArgument(fmt::format("The token file \"{}\" is empty.", text.substr(1)));
    return {};
}

Result<void> storeDrain(const std::string &text, Milliseconds &target)
{
    const auto time = parseDuration(text);
    constexpr Milliseconds day = std::chrono::hours(24);
    if (time && (*time < Milliseconds::zero() || *time > day))
        return invalidArgument(
            fmt::format("\"{}\" is no time to wait for; give one from 0 to 24h.", text));
    return store(time, target);
}

std::vector<OptionSpec> mainOptions()
{
    return {
        {"host", "ADDRESS", "Address that the API listens on (127.0.0.1)", servers,
         [](Options &o, const std::string &v) {
             return store(Result<std::string>(v), o.http.host);
         }},
        {"port", "NUMBER", "Port of the API (5000); 0 takes a free one", servers,
         [](Options &o, const std::string &v) {
             return store(parseNumber(v, 0, 65535), o.http.port);
         }},
        {"sample", nullptr, "Register the built-in samples", everyone,
         [](Options &o, const std::string &v) { return store(parseSwitch(v), o.sample); }},
        {"default", "NAME", "Model that /predict without a name uses (the first)", servers,
         [](Options &o, const std::string &v) {
             return store(Result<std::string>(v), o.workbench.defaultModel);
         }},
        {"memory-budget", "SIZE",
         "Memory that loaded models may take together (half of the machine's)", everyone,
         [](Options &o, const std::string &v) {
             return store(parseBytes(v), o.workbench.cache.budget);
         }},
        {"keep-alive", "TIME",
         "Unload an idle, unpinned model after this time; -1 never, 0 after each use", servers,
         [](Options &o, const std::string &v) {
             return store(parseDuration(v), o.workbench.cache.keepAlive);
         }},
        {"preload", nullptr, "Load models found in folders at start too", servers,
         [](Options &o, const std::string &v) {
             return store(parseSwitch(v), o.workbench.preload);
         }},
        {"reload", "off|notice|auto", "What a changed file does (notice)", servers,
         [](Options &o, const std::string &v) {
             return store(parseWord<ReloadMode>(v, {{"off", ReloadMode::Off},
                                                    {"notice", ReloadMode::Notice},
                                                    {"auto", ReloadMode::Auto}}),
                          o.workbench.cache.reload);
         }},
        {"engine", "auto|opencv|onnxruntime", "Engine that runs the models (auto)", everyone,
         [](Options &o, const std::string &v) {
             return store(
                 parseWord<std::string>(
                     v, {{"auto", "auto"}, {"opencv", "opencv"}, {"onnxruntime", "onnxruntime"}}),
                 o.workbench.loader.engine);
         }},
        {"instances", "N", "Copies of a model in OpenCV (auto: one a core, up to 4, within 64 MiB)",
         runners,
         [](Options &o, const std::string &v) {
             return storeCount(v, 64, o.workbench.loader.instances);
         }},
        {"probe", "off|quick",
         "Try a file that is new in a process of its own before it is loaded here (quick)",
         everyone,
         [](Options &o, const std::string &v) {
             const auto on = parseWord<bool>(v, {{"off", false}, {"quick", true}});
             if (on && !*on)
                 o.workbench.loader.trial.program.clear();
             return on ? Result<void>() : on.error();
         }},
        {"isolate", nullptr, "Run every model in a process of its own", everyone,
         [](Options &o, const std::string &v) {
             return store(parseSwitch(v), o.workbench.loader.isolate);
         }},
        {"threads", "N", "Threads within one run (auto: the cores over the instances)", runners,
         [](Options &o, const std::string &v) { return storeCount(v, 1024, o.workbench.threads); }},
        {"http-threads", "N", "Threads that serve connections (auto: the cores, up to 4)", servers,
         [](Options &o, const std::string &v) { return storeCount(v, 64, o.http.threads); }},
        {"queue", "N", "Requests waiting per model (256)", servers,
         [](Options &o, const std::string &v) {
             return store(parseNumber(v, 1, 1'000'000), o.workbench.queueLimit);
         }},
        {"deadline", "TIME", "Longest stay of a request (30s)", everyone,
         [](Options &o, const std::string &v) {
             return storePositive(parseDuration(v), o.workbench.deadline);
         }},
        {"drain", "TIME",
         "Time for requests in flight when it is told to stop (30s; with a window 500ms)", servers,
         [](Options &o, const std::string &v) { return storeDrain(v, o.drain); }},
        {"max-body", "SIZE", "Larger request bodies are refused (64MiB)", servers,
         [](Options &o, const std::string &v) {
             return storePositive(parseBytes(v), o.http.maxBody);
         }},
        {"url", "URL", "Send the inputs to a running server, such as http://127.0.0.1:5000",
         bit(Command::Predict),
         [](Options &o, const std::string &v) -> Result<void> {
             if (auto address = serverAddress(v); !address)
                 return std::move(address).error();
             o.url = v;
             return {};
         }},
        {"csv", nullptr, "Print the rows of a CSV with their answers appended, as CSV",
         bit(Command::Predict),
         [](Options &o, const std::string &v) { return store(parseSwitch(v), o.csv); }},
        {"raw", nullptr, "Print outputs of more than 100 numbers whole", bit(Command::Predict),
         [](Options &o, const std::string &v) { return store(parseSwitch(v), o.raw); }},
        {"token", "TEXT|@FILE",
         "Bearer token for routes that change something: load, unload, pin, refresh",
         servers | bit(Command::Predict),
         [](Options &o, const std::string &v) { return storeToken(v, o.http.token); }},
        {"allow-origin", "ORIGIN", "A further browser origin; may be repeated", servers,
         [](Options &o, const std::string &v) {
             o.http.allowedOrigins.push_back(v);
             return Result<void>();
         }},
        {"allow-host", "NAME", "A further name that clients use for this machine; may be repeated",
         servers,
         [](Options &o, const std::string &v) {
             o.http.allowedHosts.push_back(v);
             return Result<void>();
         }},
        {"concurrency", "N", "Requests at once (1)", bit(Command::Bench),
         [](Options &o, const std::string &v) {
             return store(parseNumber(v, 1, mostAtOnce), o.concurrency);
         }},
        {"batch", "N", "Samples in each run (1)", bit(Command::Bench),
         [](Options &o, const std::string &v) {
             return store(parseNumber(v, 1, 1'000'000), o.batch);
         }},
        {"runs", "N", "Runs to measure (as many as 2 s hold, at least 20)", bit(Command::Bench),
         [](Options &o, const std::string &v) {
             return store(parseNumber(v, 1, 100'000'000), o.runs);
         }},
        {"runs", "N", "Runs to time of each model on each input (1)", bit(Command::Compare),
         [](Options &o, const std::string &v) { return store(parseNumber(v, 1, 10'000), o.runs); }},
        {"engines", nullptr, "Compare the engines that read the model: time, memory, agreement",
         bit(Command::Bench),
         [](Options &o, const std::string &v) { return store(parseSwitch(v), o.engines); }},
        {"sweep", nullptr,
         "Measure 1 to 8 callers at once, and 1 to 16 samples a request, instead of one of each",
         bit(Command::Bench),
         [](Options &o, const std::string &v) { return store(parseSwitch(v), o.sweep); }},
        {"layers", nullptr, "Print what each layer takes, in every engine that runs the model",
         bit(Command::Bench),
         [](Options &o, const std::string &v) { return store(parseSwitch(v), o.layers); }},
        {"layers", nullptr,
         "Print the layers: operator, name, shape of the output, parameters, operations",
         bit(Command::Inspect),
         [](Options &o, const std::string &v) { return store(parseSwitch(v), o.layers); }},
        {"tensor", "NAME",
         "Print what a tensor within the network holds for INPUT, or what a weight holds",
         bit(Command::Inspect),
         [](Options &o, const std::string &v) { return store(Result<std::string>(v), o.tensor); }},
        {"output", "FILE.npy", "Write the numbers of --tensor there", bit(Command::Inspect),
         [](Options &o, const std::string &v) { return store(Result<std::string>(v), o.output); }},
        {"write", nullptr, "Keep the preparation that matches in the model's settings file",
         bit(Command::Match),
         [](Options &o, const std::string &v) { return store(parseSwitch(v), o.write); }},
        {"json", nullptr, "Print JSON",
         bit(Command::Inspect) | bit(Command::Bench) | bit(Command::Match) | bit(Command::Check) |
             bit(Command::Compare),
         [](Options &o, const std::string &v) { return store(parseSwitch(v), o.json); }},
        {"log-level", "LEVEL", "debug, info, warning, error or off, on standard error", everyone,
         [](Options &o, const std::string &v) {
             return store(parseWord<LogLevel>(v, {{"debug", LogLevel::Debug},
                                                  {"info", LogLevel::Info},
                                                  {"warning", LogLevel::Warning},
                                                  {"error", LogLevel::Error},
                                                  {"off", LogLevel::Off}}),
                          o.logLevel);
         }},
        {"log-format", "text|json", "Form of the log (text)", everyone,
         [](Options &o, const std::string &v) {
             return store(
                 parseWord<LogFormat>(v, {{"text", LogFormat::Text}, {"json", LogFormat::Json}}),
                 o.logFormat);
         }},
    };
}

const std::vector<OptionSpec> &table()
{
    static const std::vector<OptionSpec> specs = [] {
        std::vector<OptionSpec> all = mainOptions();
        const std::vector<OptionSpec> limits = limitOptions();
        all.insert(all.end(), limits.begin(), limits.end());
        return all;
    }();
    return specs;
}

std::string environmentName(const char *option)
{
    std::string name = fmt::format("WARMBENCH_{}", option);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
        return c == '-' ? '_' : static_cast<char>(std::toupper(c));
    });
    return name;
}

std::string jsonAsText(const QJsonValue &value)
{
    if (value.isBool())
        return value.toBool() ? "true" : "false";
    return value.toVariant().toString().toStdString();
}

Result<QJsonObject> readConfiguration(const QString &file)
{
    if (file.isEmpty())
        return QJsonObject();
    auto content = readFileOrPipe(file.toStdString(), mebibytes(1));
    if (!content)
        return std::move(content).error();
    QJsonParseError problem;
    const auto document = QJsonDocument::fromJson(QByteArray::fromStdString(*content), &problem);
    if (!document.isObject())
        return invalidArgument(fmt::format("\"{}\" is no JSON object of options ({} at byte {}); "
                                           "write such as {{\"port\": 5001}}.",
                                           file.toStdString(),
                                           problem.error ? problem.errorString().toStdString()
                                                         : "another kind of value",
                                           problem.offset));
    std::vector<std::string> known;
    for (const OptionSpec &spec : table())
        known.emplace_back(spec.name);
    const QJsonObject object = document.object();
    for (auto it = object.begin(); it != object.end(); ++it) {
        const std::string key = it.key().toStdString();
        if (std::find(known.begin(), known.end(), key) != known.end())
            continue;
        return invalidArgument(fmt::format("\"{}\" has no option \"{}\"{}.", file.toStdString(),
                                           printable(key), didYouMean(key, known)));
    }
    return object;
}

struct OptionGiven
{
    std::vector<std::string> values;
    std::string source; // "on the command line: --port"
};

// The value or values from the source with the highest precedence; empty if no source gives one.
OptionGiven givenOf(const OptionSpec &spec, const QCommandLineParser &line, const QJsonObject &file)
{
    const QString name = QString::fromLatin1(spec.name);
    OptionGiven given;
    if (line.isSet(name)) {
        given.source = fmt::format("on the command line: --{}", spec.name);
        if (!spec.value)
            given.values = {"true"};
        for (const QString &value : line.values(name))
            given.values.push_back(value.toStdString());
        return given;
    }
    const std::string variable = environmentName(spec.name);
    if (qEnvironmentVariableIsSet(variable.c_str()))
        return {{qEnvironmentVariable(variable.c_str()).toStdString()},
                fmt::format("in the environment: {}", variable)};
    const QJsonValue value = file.value(name);
    if (value.isUndefined())
        return {};
    given.source = fmt::format("in the configuration file: {}", spec.name);
    if (!value.isArray())
        given.values = {jsonAsText(value)};
    for (const auto each : value.toArray())
        given.values.push_back(jsonAsText(each));
    return given;
}

} // namespace

const char *commandName(Command command)
{
    switch (command) {
    case Command::Serve:
        return "serve";
    case Command::Predict:
        return "predict";
    case Command::Inspect:
        return "inspect";
    case Command::Bench:
        return "bench";
    case Command::Match:
        return "match";
    case Command::Check:
        return "check";
    case Command::Compare:
        return "compare";
    case Command::Window:
        break;
    }
    return "";
}

Options defaultsOf(Command command)
{
    Options options;
    options.workbench.cache.budget = {machineMemory().count / 2};
    options.workbench.cache.keepAlive =
        command == Command::Window ? Milliseconds(std::chrono::minutes(30)) : forever;
    options.workbench.verdicts = cacheFolder() / "verdicts";
    auto &trial = options.workbench.loader.trial;
    trial.program = "/proc/self/exe"; // this program, even where its file was replaced meanwhile
    options.workbench.loader.worker = trial.program;
    trial.folder = cacheFolder() / "trials" / WARMBENCH_VERSION;
    trial.memory = options.workbench.cache.budget;
    options.http.nextFreePort = command == Command::Window;
    options.http.threads = 0;
    if (command == Command::Window)
        options.drain = Milliseconds(500); // a person waits for the end
    if (command == Command::Match)
        options.workbench.deadline = forever; // a search makes many runs
    if (command == Command::Compare)
        options.workbench.loader.instances = 1; // one caller runs, and copies would count as memory
    if (command != Command::Window && command != Command::Serve)
        options.logLevel = LogLevel::Error; // the command itself reports what fails, once
    return options;
}

std::vector<OptionSpec> optionsOf(Command command)
{
    std::vector<OptionSpec> specs;
    std::copy_if(table().begin(), table().end(), std::back_inserter(specs),
                 [&](const OptionSpec &spec) { return (spec.commands & bit(command)) != 0; });
    return specs;
}

Result<Options> readOptions(Command command, const QCommandLineParser &given)
{
    auto file = readConfiguration(given.value(QStringLiteral("config")));
    if (!file)
        return std::move(file).error();
    Options options = defaultsOf(command);
    for (const OptionSpec &spec : optionsOf(command)) {
        const OptionGiven values = givenOf(spec, given, *file);
        if (!values.values.empty())
            options.given[spec.name] = fmt::format("{} {}", values.source, joined(values.values));
        for (const std::string &value : values.values) {
            if (auto applied = spec.apply(options, value); !applied)
                return Error{applied.error().code,
                             fmt::format("--{}: {}", spec.name, applied.error().message)};
        }
    }
    if (auto fit = checkLimits(options); !fit)
        return std::move(fit).error();
    return options;
}

} // namespace warmbench::app
