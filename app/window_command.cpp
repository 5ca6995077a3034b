#include "commands.h"
#include "open_models.h"
#include "sample.h"
#include "shutdown_signals.h"
#include "window_api.h"

#include "ui/preferences.h"
#include "ui/window/main_window.h"

#include <array>
#include <chrono>
#include <QApplication>
#include <QEvent>

namespace warmbench::app {

namespace {

// Says once in the log that the window is on the screen; tests/benchmark/start_time.py waits for
// it.
class FirstPaint final : public QObject
{
public:
    using QObject::QObject;
    bool eventFilter(QObject *watched, QEvent *event) override
    {
        if (event->type() == QEvent::Paint) {
            watched->removeEventFilter(this);
            logInfo("app", "The window is shown.");
        }
        return false;
    }
};

// With half a second of draining, a window that was closed is gone after two seconds.
constexpr std::chrono::milliseconds windowJoinTime{1500};

ui::ProgramStart startOf(const Options &options)
{
    const Options usual = defaultsOf(Command::Window);
    ui::ProgramStart start{
        usual.workbench.cache.budget, usual.workbench.cache.keepAlive, usual.http.port, {}};
    constexpr std::array names{"memory-budget", "keep-alive", "port"}; // as ui::Preference
    for (std::size_t i = 0; i < names.size(); ++i)
        if (const auto found = options.given.find(names.at(i)); found != options.given.end())
            start.given.at(i) = QString::fromStdString(found->second);
    return start;
}

// What was given for this run stands above what the window has kept.
Options withPreferences(Options options)
{
    const auto kept = [&](const char *name, auto value, auto &target) {
        if (value && !options.given.contains(name))
            target = static_cast<std::decay_t<decltype(target)>>(*value);
    };
    kept("memory-budget", ui::keptBudget(), options.workbench.cache.budget);
    kept("keep-alive", ui::keptKeepAlive(), options.workbench.cache.keepAlive);
    kept("port", ui::keptPort(), options.http.port);
    return options;
}

int showWindow(const CommandLine &line, Workbench &workbench, const EndLimit &limit)
{
    WindowApi api(workbench, line.options.http, line.options.drain);
    const ShutdownSignals signalsWatched([] { QCoreApplication::quit(); }, limit);
    api.start();
    if (auto opened = openModels(workbench, line); !opened)
        logError("app",
                 opened.error().message); // the log shows it; the window opens all the same

    ui::MainWindow window(workbench, api);
    window.setStart(startOf(line.options));
    if (auto folder = unpackSamples())
        window.setSampleFolder(QString::fromStdString(folder->string()));
    if (line.arguments.isEmpty() && !line.options.sample)
        window.restoreSession();
    else
        window.leaveSession();
    FirstPaint firstPaint;
    window.installEventFilter(&firstPaint);
    window.show();
    const int code = QApplication::exec();
    limit.begin();
    return code;
}

} // namespace

int runWindow(const CommandLine &given)
{
    CommandLine line = given;
    line.options = withPreferences(std::move(line.options));
    const EndLimit limit(line.options.drain + windowJoinTime);
    const SystemClock clock;
    Workbench workbench(line.options.workbench, clock);
    const int code = showWindow(line, workbench, limit);
    workbench.stop({}); // clients have had their time, and nobody looks any more
    return code;
}

} // namespace warmbench::app
