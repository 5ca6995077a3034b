// The program's log: one line an event, on standard error as text or JSON, and to listeners such as
// the window's Log dock.
//
// Thread: any. Cost: nothing but one atomic load below the level; above it never a wait for
// standard error: a thread of its own writes there (base/line_writer.h), and lines are dropped and
// counted where it takes none. What waits when the program ends has a second to be written.
// Listeners run on the thread that logs, under the log's lock: they must be quick and must not log.
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

// Something else for standard error, with its line feed, behind what was logged before.
void writeToStandardError(std::string line);
// Waits until everything is written, at most that long; false where lines still wait.
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

// Hears every record at or above the level for as long as it lives.
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
