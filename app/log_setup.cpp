#include "log_setup.h"

#include <QLoggingCategory>

namespace warmbench::app {

namespace {

void qtMessage(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    // Services have no such folder, and nothing here is kept in it.
    if (message.startsWith(QLatin1String("QStandardPaths: XDG_RUNTIME_DIR not set")))
        return;
    const LogLevel level = type == QtDebugMsg || type == QtInfoMsg ? LogLevel::Debug
                           : type == QtWarningMsg                  ? LogLevel::Warning
                                                                   : LogLevel::Error;
    log(level, context.category ? context.category : "qt", message.toStdString());
    if (type == QtFatalMsg)
        flushLog(std::chrono::seconds(1)); // Qt ends the program after this
}

} // namespace

void setUpLog(const Options &options)
{
    setLogLevel(options.logLevel);
    setLogFormat(options.logFormat);
    qInstallMessageHandler(qtMessage);
}

} // namespace warmbench::app
