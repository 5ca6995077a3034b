// Ends the program even if its threads do not end: some time after begin() the process exits with
// one line on standard error and exit code 1, whatever its threads do. A thread inside a library
// cannot be stopped from outside, and a service manager must not have to wait for it. Thread: any
// for begin(), which may also be called in a signal handler; main for the rest. One object at a
// time.
#pragma once

#include <array>
#include <chrono>
#include <thread>

namespace warmbench::app {

// The time that threads have to end once the work in flight has drained.
inline constexpr std::chrono::seconds joinTime{2};

class EndLimit
{
public:
    explicit EndLimit(std::chrono::milliseconds most);
    ~EndLimit(); // everything has ended in time, so the limit is off
    EndLimit(const EndLimit &) = delete;
    EndLimit &operator=(const EndLimit &) = delete;

    // Starts the time; only the first call counts.
    void begin() const;

private:
    void watch() const;

    const std::chrono::milliseconds m_most;
    std::array<int, 2> m_pipe{-1, -1};
    std::thread m_watcher;
};

} // namespace warmbench::app
