#include "commands.h"
#include "open_models.h"
#include "sample.h"
#include "shutdown_signals.h"
#include "window_api.h"

#include "ui/main_window.h"

#include <QApplication>

namespace warmbench::app {

int runWindow(const CommandLine &line)
{
    const SystemClock clock;
    Workbench workbench(line.options.workbench, clock);
    WindowApi api(workbench, line.options.http);
    const ShutdownSignals signalsWatched([] { QCoreApplication::quit(); });
    api.start();
    if (auto opened = openModels(workbench, line); !opened)
        logError("app",
                 opened.error().message); // shown in the Log dock; the window opens all the same

    ui::MainWindow window(workbench, api);
    if (auto folder = unpackSamples())
        window.setSampleFolder(QString::fromStdString(folder->string()));
    window.show();
    return QApplication::exec();
}

} // namespace warmbench::app
