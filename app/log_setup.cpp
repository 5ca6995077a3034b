#include "log_setup.h"

#include <QLoggingCategory>

namespace warmbench::app {

namespace {

void qtMessage(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
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
