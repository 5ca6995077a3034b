#include "base/logging.h"

#include "base/line_writer.h"
#include "base/mutex.h"
#include "base/text.h"

#include <atomic>
#include <cstdlib>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <map>
#include <unistd.h>

namespace warmbench {

namespace {

constexpr std::chrono::seconds lastWait{1};  // for lines that nobody reads when the program ends
constexpr std::size_t longestMessage = 4000; // bytes

std::string missingLine(std::uint64_t lines);

struct Log
{
    std::atomic<LogLevel> level{LogLevel::Info};
    std::atomic<LogFormat> format{LogFormat::Text};
    std::atomic<bool> toStandardError{true};
    LineWriter standardError{STDERR_FILENO, "log", missingLine};

    Mutex mutex;
    std::uint64_t nextId GUARDED_BY(mutex) = 1;
    std::map<std::uint64_t, std::function<void(const LogRecord &)>> listeners GUARDED_BY(mutex);
};

// Never destroyed: threads may still log while the program ends.
Log &theLog()
{
    static Log &log = *[] {
        static_cast<void>(std::atexit([] { flushLog(lastWait); }));
        return new Log;
    }();
    return log;
}

std::string lineOf(const LogRecord &record)
{
    const bool json = theLog().format == LogFormat::Json;
    return (json ? formatLogJson(record) : formatLogText(record)) + '\n';
}

std::string missingLine(std::uint64_t lines)
{
    return lineOf({std::chrono::system_clock::now(), LogLevel::Warning, "log",
                   fmt::format("{} log lines were dropped here, because standard error did not "
                               "take them",
                               lines)});
}

long millisecondsOf(std::chrono::system_clock::time_point time)
{
    const auto since =
        std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch());
    return static_cast<long>(since.count() % 1000);
}

std::string jsonText(std::string_view text)
{
    std::string out;
    for (const char c : printable(text, longestMessage)) {
        if (c == '"' || c == '\\')
            out += '\\';
        out += c;
    }
    return out;
}

} // namespace

std::string_view logLevelName(LogLevel level)
{
    switch (level) {
    case LogLevel::Debug:
        return "debug";
    case LogLevel::Info:
        return "info";
    case LogLevel::Warning:
        return "warning";
    case LogLevel::Error:
        return "error";
    case LogLevel::Off:
        break;
    }
    return "off";
}

void setLogLevel(LogLevel level)
{
    theLog().level = level;
}

void setLogFormat(LogFormat format)
{
    theLog().format = format;
}

void setLogToStandardError(bool on)
{
    theLog().toStandardError = on;
}

void writeToStandardError(std::string line)
{
    theLog().standardError.write(std::move(line));
}

bool flushLog(std::chrono::milliseconds most)
{
    return theLog().standardError.flush(most);
}

std::uint64_t logLinesDropped()
{
    return theLog().standardError.dropped();
}

bool logs(LogLevel level)
{
    return level >= theLog().level.load(std::memory_order_relaxed);
}

void log(LogLevel level, std::string_view area, std::string message)
{
    if (!logs(level))
        return;
    const LogRecord record{std::chrono::system_clock::now(), level, std::string(area),
                           std::move(message)};
    Log &log = theLog();
    std::string line = log.toStandardError ? lineOf(record) : std::string();
    const MutexLock lock(log.mutex);
    if (!line.empty())
        log.standardError.write(std::move(line));
    for (const auto &[id, heard] : log.listeners)
        heard(record);
}

LogListener::LogListener(std::function<void(const LogRecord &)> heard)
{
    Log &log = theLog();
    const MutexLock lock(log.mutex);
    m_id = log.nextId++;
    log.listeners.emplace(m_id, std::move(heard));
}

LogListener::~LogListener()
{
    Log &log = theLog();
    const MutexLock lock(log.mutex);
    log.listeners.erase(m_id);
}

std::string formatLogText(const LogRecord &record)
{
    const auto local = fmt::localtime(std::chrono::system_clock::to_time_t(record.time));
    return fmt::format("{:%Y-%m-%d %H:%M:%S}.{:03} {:<7} {}: {}", local,
                       millisecondsOf(record.time), logLevelName(record.level), record.area,
                       printable(record.message, longestMessage));
}

std::string formatLogJson(const LogRecord &record)
{
    const auto utc = fmt::gmtime(std::chrono::system_clock::to_time_t(record.time));
    return fmt::format(
        R"({{"time": "{:%Y-%m-%dT%H:%M:%S}.{:03}Z", "level": "{}", "area": "{}", "message": "{}"}})",
        utc, millisecondsOf(record.time), logLevelName(record.level), jsonText(record.area),
        jsonText(record.message));
}

} // namespace warmbench
