#include "base/child_process.h"
#include "base/exceptions.h"
#include "commands.h"
#include "descriptors.h"
#include "engine/worker/worker.h"
#include "log_setup.h"
#include "standard_output.h"

#include <clocale>
#include <csignal>
#include <fmt/format.h>
#include <QCoreApplication>
#include <QFile>
#include <QGuiApplication>
#include <QLibraryInfo>
#include <string_view>
#ifdef WARMBENCH_UI
#include <QApplication>
#endif

using namespace warmbench;
using namespace warmbench::app;

namespace {

// Catches exceptions where the event loop calls our code, on any of its threads.
template <typename Base>
class Containing final : public Base
{
public:
    using Base::Base;
    bool notify(QObject *receiver, QEvent *event) override
    {
        bool done = false;
        contained("app", [&] { done = Base::notify(receiver, event); });
        return done;
    }
};

std::unique_ptr<QCoreApplication> makeApplication(Command command, int &argc, char **argv)
{
#ifdef WARMBENCH_UI
    if (command == Command::Window)
        return std::make_unique<Containing<QApplication>>(argc, argv);
#endif
    // Names on drawn answers need fonts, which Qt gives to programs with a screen, be it none. Qt
    // ends the program where the plugin of that screen is missing.
    const QString plugins = QLibraryInfo::path(QLibraryInfo::PluginsPath);
    if (command == Command::Serve &&
        QFile::exists(plugins + QLatin1String("/platforms/libqoffscreen.so"))) {
        qputenv("QT_QPA_PLATFORM", "offscreen");
        return std::make_unique<Containing<QGuiApplication>>(argc, argv);
    }
    return std::make_unique<Containing<QCoreApplication>>(argc, argv);
}

#ifdef WARMBENCH_UI
// Checked first, because Qt ends the program itself if it can reach no screen.
bool hasScreen()
{
    return !qEnvironmentVariableIsEmpty("DISPLAY") ||
           !qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY") ||
           !qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM");
}
#endif

int run(const CommandLine &line)
{
    if (line.command == Command::Serve || line.command == Command::Window)
        allowConnections(line.options.http.limits.connections);
    switch (line.command) {
    case Command::Serve:
        return runServe(line);
    case Command::Predict:
        return runPredict(line);
    case Command::Inspect:
        return runInspect(line);
    case Command::Bench:
        return runBench(line);
    case Command::Match:
        return runMatch(line);
    case Command::Check:
        return runCheck(line);
    case Command::Compare:
        return runCompare(line);
    case Command::Window:
        break;
    }
#ifdef WARMBENCH_UI
    return runWindow(line);
#else
    return fail(failedPrecondition("This build has no window; use warmbench serve."));
#endif
}

} // namespace

int warmbench::app::fail(const Error &error)
{
    writeToStandardError(fmt::format("warmbench: {}\n", error.message));
    return 1;
}

int main(int argc, char **argv)
{
    if (argc == 2 && std::string_view(argv[1]) == "worker")
        runWorker(ChildProcess::socketOfChild);
    holdStandardDescriptors();
    std::signal(SIGPIPE, SIG_IGN); // if a reader has gone, the write fails and the program goes on
    QCoreApplication::setApplicationName(QStringLiteral("warmbench"));
    QCoreApplication::setOrganizationName(QStringLiteral("warmbench"));
    QCoreApplication::setApplicationVersion(QStringLiteral(WARMBENCH_VERSION));
    QStringList words;
    for (int i = 0; i < argc; ++i)
        words.append(QString::fromLocal8Bit(argv[i]));
    auto line = parseCommandLine(words);
    if (!line) {
        fail(line.error());
        return wrongUsage;
    }
    if (!line->output.isEmpty())
        return StandardOutput().print(line->output.toStdString());
#ifdef WARMBENCH_UI
    if (line->command == Command::Window && !hasScreen())
        return fail(failedPrecondition(
            "There is no display for the window (DISPLAY and WAYLAND_DISPLAY are "
            "not set); use warmbench serve for the API alone."));
#endif
    setUpLog(line->options);
    const auto application = makeApplication(line->command, argc, argv);
    std::setlocale(LC_NUMERIC,
                   "C"); // numbers in files and messages do not depend on the user's language
    keepReserve();
    try {
        return run(*line);
    } catch (...) {
        return fail(errorOfException());
    }
}
