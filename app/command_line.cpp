#include "command_line.h"

#include "base/text.h"
#include "engine/engine.h"

#include <algorithm>
#include <fmt/format.h>

namespace warmbench::app {

namespace {

struct Usage
{
    Command command;
    const char *arguments;
    const char *help;
};

constexpr Usage usages[] = {
    {Command::Window, "[MODEL|FOLDER ...]",
     "Loads models once, keeps them in memory, and runs them: in a window, with the API beside "
     "it.\n"
     "Commands: warmbench serve | predict | inspect | bench | match | check | compare (each has "
     "--help)."},
    {Command::Serve, "[MODEL|FOLDER ...]", "The API alone; needs no display."},
    {Command::Predict, "MODEL INPUT ...",
     "Prints one JSON object a line for each INPUT: an image, .json, .npy, .csv row by row, a "
     "folder with its subfolders, - for standard input. Outputs of more than 100 numbers are shown "
     "as dtype, shape, min, max and mean; --raw prints them whole. With --url a running server "
     "predicts; MODEL is a name there."},
    {Command::Inspect, "MODEL [INPUT]",
     "Prints inputs, outputs, layers, parameters and memory of a model, and what the engine says; "
     "with --layers each layer, with --tensor what a tensor within the network holds for INPUT."},
    {Command::Bench, "MODEL",
     "Runs a model on numbers of its own after a warm-up, as the API would, and prints latency "
     "(p50, p90, p99, max) and throughput; with --sweep for several numbers of callers and "
     "samples, "
     "with --layers what each layer takes."},
    {Command::Match, "MODEL INPUT [EXPECTED]",
     "Finds the preparation that a notebook used: runs the picture INPUT through the plausible "
     "ones and ranks them by how close the output comes to EXPECTED (.npy or .npz). Without "
     "EXPECTED, lays the answers for several pictures side by side; INPUT may then be given "
     "several times or be a folder."},
    {Command::Check, "MODEL",
     "Runs the golden answers of a model's settings and prints how well they agree."},
    {Command::Compare, "A B INPUT ...",
     "Runs two models on the same inputs, which are as for predict, and prints where their answers "
     "differ, how far their numbers are apart, and which one is faster and smaller. MODEL@ENGINE, "
     "such as net.onnx@opencv, names the engine that runs A or B, MODEL@FILE.json a settings file "
     "instead of the model's own."},
};

const Usage &usageOf(Command command)
{
    return usages[static_cast<std::size_t>(command)];
}

Command commandOf(const QStringList &words)
{
    for (const Command command :
         {Command::Serve, Command::Predict, Command::Inspect, Command::Bench, Command::Match,
          Command::Check, Command::Compare}) {
        if (words.size() > 1 && words[1] == QLatin1String(commandName(command)))
            return command;
    }
    return Command::Window;
}

void describe(QCommandLineParser &parser, Command command)
{
    parser.setApplicationDescription(QString::fromLatin1(usageOf(command).help));
    parser.addOption({QStringLiteral("help"), QStringLiteral("Show this help")});
    parser.addOption({QStringLiteral("version"),
                      QStringLiteral("Show the version of the program and of its engines")});
    parser.addOption(
        {QStringLiteral("config"),
         QStringLiteral(
             "The same options as JSON; WARMBENCH_PORT and so on in the environment go before it"),
         QStringLiteral("FILE")});
    for (const OptionSpec &spec : optionsOf(command))
        parser.addOption({QString::fromLatin1(spec.name), QString::fromLatin1(spec.help),
                          spec.value ? QString::fromLatin1(spec.value) : QString()});
    parser.addPositionalArgument(QStringLiteral("arguments"),
                                 QStringLiteral("Files and folders of models, or inputs"),
                                 QString::fromLatin1(usageOf(command).arguments));
}

Result<void> checkInspect(const QStringList &arguments, const Options &options)
{
    if (arguments.size() == 2 && options.tensor.empty())
        return invalidArgument("an INPUT is for --tensor: warmbench inspect digits.onnx --tensor "
                               "conv1 three.png");
    if (arguments.isEmpty() || arguments.size() > 2)
        return invalidArgument("inspect needs one MODEL: warmbench inspect digits.onnx");
    if (!options.tensor.empty() && options.layers)
        return invalidArgument("--layers and --tensor are two questions: give one of them");
    if (!options.output.empty() && (options.tensor.empty() || arguments.size() != 2))
        return invalidArgument("--output is for a tensor that is computed: give --tensor NAME and "
                               "an INPUT");
    return {};
}

Result<void> checkArguments(Command command, const QStringList &arguments, const Options &options)
{
    if (command == Command::Predict && arguments.size() < 2)
        return invalidArgument("predict needs a MODEL and at least one INPUT: warmbench predict "
                               "digits.onnx three.png");
    if (command == Command::Inspect)
        return checkInspect(arguments, options);
    if (command == Command::Bench && arguments.size() != 1)
        return invalidArgument("bench needs one MODEL: warmbench bench digits.onnx");
    if (command == Command::Match && arguments.size() < 2)
        return invalidArgument("match needs a MODEL and at least one INPUT: warmbench match "
                               "net.onnx cat.png y.npy");
    if (command == Command::Check && arguments.size() != 1)
        return invalidArgument("check needs one MODEL: warmbench check digits.onnx");
    if (command == Command::Compare && arguments.size() < 3)
        return invalidArgument(
            "compare needs two models, A and B, and at least one INPUT: warmbench "
            "compare old.onnx new.onnx three.png");
    if (command == Command::Serve && arguments.isEmpty() && !options.sample)
        return invalidArgument("serve needs a model or folder to serve: warmbench serve "
                               "digits.onnx, or serve --sample");
    return {};
}

// Whether this can be the name of a model on a server.
bool isName(const QString &name)
{
    return !name.isEmpty() && name != QLatin1String(".") && name != QLatin1String("..") &&
           std::none_of(name.begin(), name.end(), [](QChar c) {
               return c == QLatin1Char('/') || c.category() == QChar::Other_Control;
           });
}

// With --url another process predicts; it has options of its own, so ours have no effect there.
Result<void> checkRemote(const QCommandLineParser &parser, const Options &options)
{
    const QString model = parser.positionalArguments().value(0);
    if (!options.url.empty() && !isName(model))
        return invalidArgument(
            fmt::format("\"{}\" is no name of a model: with --url MODEL is a name at the server, "
                        "such as digits, and no path",
                        printable(model.toStdString(), 100)));
    const QStringList remote{QStringLiteral("url"),       QStringLiteral("token"),
                             QStringLiteral("deadline"),  QStringLiteral("csv"),
                             QStringLiteral("raw"),       QStringLiteral("log-level"),
                             QStringLiteral("log-format")};
    for (const OptionSpec &spec : optionsOf(Command::Predict)) {
        const QString name = QString::fromLatin1(spec.name);
        if (options.url.empty() && name == QLatin1String("token") && parser.isSet(name))
            return invalidArgument("--token is for a server: give --url too");
        if (!options.url.empty() && !remote.contains(name) && parser.isSet(name))
            return invalidArgument(fmt::format("--{} has no effect with --url: the server has "
                                               "options of its own",
                                               spec.name));
    }
    return {};
}

} // namespace

Result<CommandLine> parseCommandLine(const QStringList &words)
{
    CommandLine line;
    line.command = commandOf(words);
    QStringList rest = words;
    if (line.command != Command::Window)
        rest.removeAt(1);

    QCommandLineParser parser;
    describe(parser, line.command);
    const std::string seeHelp = fmt::format(" See warmbench {}{}--help.", commandName(line.command),
                                            line.command == Command::Window ? "" : " ");
    if (!parser.parse(rest))
        return invalidArgument(parser.errorText().toStdString() + seeHelp);
    if (parser.isSet(QStringLiteral("help"))) {
        line.output = parser.helpText();
        // Qt writes this placeholder as long as there is no application object.
        line.output.replace(
            QStringLiteral("<executable_name>"),
            QStringLiteral("warmbench %1").arg(QLatin1String(commandName(line.command))).trimmed());
        return line;
    }
    if (parser.isSet(QStringLiteral("version"))) {
        line.output = QStringLiteral("warmbench " WARMBENCH_VERSION "\n");
        for (const EngineVersion &engine : engineVersions())
            line.output += QString::fromStdString(
                engine.version.empty() ? fmt::format("no {}: {}\n", engine.name, engine.reason)
                                       : fmt::format("{} {}\n", engine.name, engine.version));
        return line;
    }
    auto options = readOptions(line.command, parser);
    if (!options)
        return std::move(options).error();
    line.options = std::move(*options);
    line.arguments = parser.positionalArguments();
    if (auto fine = checkArguments(line.command, line.arguments, line.options); !fine)
        return invalidArgument(fine.error().message + "." + seeHelp);
    if (line.command == Command::Predict) {
        if (auto fine = checkRemote(parser, line.options); !fine)
            return invalidArgument(fine.error().message + "." + seeHelp);
    }
    return line;
}

} // namespace warmbench::app
