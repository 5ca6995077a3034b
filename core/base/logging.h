// The program's log: one line an event, on standard error as text or JSON, and to listeners such as
// the window's Log dock.
//
// Thread: any. Cost: one atomic load for a line below the level. No caller ever waits for standard
// error: another thread writes there (base/line_writer.h), and lines that find no room are dropped
// and counted. Lines that still wait when the program ends have a second to be written. Listeners
// run on the thread that logs, under the log's lock: they must be quick and must not log.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace warmbench {

enum class LogLevel : std::uint8_t { Debug, Info, Warning, Error, Off };
enum class LogFormat : std::uint8_t { Text, Json };

struct LogRecord
{
    std::chrono::system_clock::time_point time;
    LogLevel level = LogLevel::Info;
    std::string area; // the room that speaks: "cache", "http", ...
    std::string message;
};

std::string_view logLevelName(LogLevel level); // "debug", "info", "warning", "error", "off"

void setLogLevel(LogLevel level); // default Info
void setLogFormat(LogFormat format);
void setLogToStandardError(bool on); // default on; tests switch it off
bool logs(LogLevel level);

// Writes a line that is no log record, given with its line feed, after all that was logged before.
void writeToStandardError(std::string line);
// Waits until everything is written, at most that long; false if lines still wait.
bool flushLog(std::chrono::milliseconds most);
std::uint64_t logLinesDropped(); // since the start of the program

void log(LogLevel level, std::string_view area, std::string message);
inline void logDebug(std::string_view area, std::string message)
{
    log(LogLevel::Debug, area, std::move(message));
}
inline void logInfo(std::string_view area, std::string message)
{
    log(LogLevel::Info, area, std::move(message));
}
inline void logWarning(std::string_view area, std::string message)
{
    log(LogLevel::Warning, area, std::move(message));
}
inline void logError(std::string_view area, std::string message)
{
    log(LogLevel::Error, area, std::move(message));
}

// Calls `heard` with every record at or above the level, for as long as the listener lives.
class LogListener
{
public:
    explicit LogListener(std::function<void(const LogRecord &)> heard);
    ~LogListener();
    LogListener(const LogListener &) = delete;
    LogListener &operator=(const LogListener &) = delete;

private:
    std::uint64_t m_id;
};

// "2026-03-01 12:00:00.123 info  cache: digits loaded in 12 ms"
std::string formatLogText(const LogRecord &record);
// {"time": "...Z", "level": "info", "area": "cache", "message": "..."}
std::string formatLogJson(const LogRecord &record);

} // namespace warmbench
