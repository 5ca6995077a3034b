// The end of a program whose threads do not end: some time after begin() the process ends as it is,
// with one line on standard error and exit code 1, whatever its threads do. A thread inside a
// library cannot be stopped from outside, and a service manager must not have to wait for it.
// Thread: begin() from any, and from a signal handler; the rest main, one object at a time.
#pragma once

#include <array>
#include <chrono>
#include <thread>

namespace warmbench::app {

// What threads have to end in, once the work in flight has drained.
inline constexpr std::chrono::seconds joinTime{2};

class EndLimit
{
public:
    explicit EndLimit(std::chrono::milliseconds most);
    ~EndLimit(); // everything has ended in time
    EndLimit(const EndLimit &) = delete;
    EndLimit &operator=(const EndLimit &) = delete;

    // The time runs from the first call on.
    void begin() const;

private:
    void watch() const;

    const std::chrono::milliseconds m_most;
    std::array<int, 2> m_pipe{-1, -1};
    std::thread m_watcher;
};

} // namespace warmbench::app
