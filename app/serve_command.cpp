#include "commands.h"
#include "open_models.h"
#include "shutdown_signals.h"

#include <cstdio>
#include <fmt/format.h>
#include <QCoreApplication>

namespace warmbench::app {

namespace {

constexpr std::chrono::seconds drainTime{30};

} // namespace

int runServe(const CommandLine &line)
{
    const SystemClock clock;
    Workbench workbench(line.options.workbench, clock);
    http::HttpServer server(workbench, line.options.http);
    const ShutdownSignals signalsWatched([] { QCoreApplication::quit(); });

    if (auto opened = openModels(workbench, line); !opened)
        return fail(opened.error());
    if (auto started = server.start(); !started)
        return fail(started.error());
    fmt::print("Listening on {}\n", server.url());
    std::fflush(stdout);

    workbench.whenReady([&workbench] {
        if (workbench.startFailure())
            QMetaObject::invokeMethod(
                qApp, [] { QCoreApplication::exit(1); }, Qt::QueuedConnection);
    });
    const int code = QCoreApplication::exec();
    server.stop(drainTime);
    workbench.stop(std::chrono::seconds(2));
    return code == 0 ? 0 : fail(*workbench.startFailure());
}

} // namespace warmbench::app
