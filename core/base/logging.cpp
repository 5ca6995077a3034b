#include "base/logging.h"

#include "base/text.h"

#include <atomic>
#include <cstdio>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <map>
#include <mutex>

namespace warmbench {

namespace {

struct Log
{
    std::atomic<LogLevel> level{LogLevel::Info};
    std::mutex mutex;
    LogFormat format = LogFormat::Text;
    bool toStandardError = true;
    std::uint64_t nextId = 1;
    std::map<std::uint64_t, std::function<void(const LogRecord &)>> listeners;
};

// Never destroyed: threads may still log while the program ends.
Log &theLog()
{
    static Log &log = *new Log;
    return log;
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
    for (const char c : printable(text, text.size())) {
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
    const std::lock_guard lock(theLog().mutex);
    theLog().format = format;
}

void setLogToStandardError(bool on)
{
    const std::lock_guard lock(theLog().mutex);
    theLog().toStandardError = on;
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
    const std::lock_guard lock(log.mutex);
    if (log.toStandardError) {
        const std::string line =
            (log.format == LogFormat::Json ? formatLogJson(record) : formatLogText(record)) + '\n';
        std::fwrite(line.data(), 1, line.size(), stderr);
    }
    for (const auto &[id, heard] : log.listeners)
        heard(record);
}

LogListener::LogListener(std::function<void(const LogRecord &)> heard)
{
    Log &log = theLog();
    const std::lock_guard lock(log.mutex);
    m_id = log.nextId++;
    log.listeners.emplace(m_id, std::move(heard));
}

LogListener::~LogListener()
{
    Log &log = theLog();
    const std::lock_guard lock(log.mutex);
    log.listeners.erase(m_id);
}

std::string formatLogText(const LogRecord &record)
{
    const auto local = fmt::localtime(std::chrono::system_clock::to_time_t(record.time));
    return fmt::format("{:%Y-%m-%d %H:%M:%S}.{:03} {:<7} {}: {}", local,
                       millisecondsOf(record.time), logLevelName(record.level), record.area,
                       printable(record.message, 4000));
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
