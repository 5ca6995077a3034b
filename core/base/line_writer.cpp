#include "base/line_writer.h"

#include "base/mutex.h"
#include "base/thread_name.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <deque>
#include <exception>
#include <future>
#include <poll.h>
#include <pthread.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

namespace warmbench {

namespace {

// A write to a pipe that nobody reads raises SIGPIPE for the thread that writes; if the signal is
// blocked, the write just fails.
void blockSigpipe()
{
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
}

} // namespace

struct LineWriter::State
{
    State(int d, std::string_view n, std::function<std::string(std::uint64_t)> tell, LineLimits l)
        : descriptor(d)
        , name(n)
        , notice(std::move(tell))
        , limits(l)
    {
    }

    bool hasRoom(const std::string &line) const REQUIRES(mutex)
    {
        return waiting.size() < limits.lines && waitingBytes + line.size() <= limits.bytes;
    }
    void drop(std::uint64_t lines) REQUIRES(mutex)
    {
        dropped += lines;
        untold += lines;
    }
    void close()
    {
        const MutexLock lock(mutex);
        closing = true;
        wake.notifyAll();
    }
    void runToTheEnd();
    void run();
    std::uint64_t writeAll(const std::deque<std::string> &lines, std::uint64_t missing) const;

    const int descriptor;
    const std::string name;
    const std::function<std::string(std::uint64_t)> notice;
    const LineLimits limits;

    Mutex mutex;
    Condition wake;
    Condition drained;
    std::deque<std::string> waiting GUARDED_BY(mutex);
    std::size_t waitingBytes GUARDED_BY(mutex) = 0;
    std::uint64_t dropped GUARDED_BY(mutex) = 0;
    // Dropped, but no notice has said so yet.
    std::uint64_t untold GUARDED_BY(mutex) = 0;
    bool started GUARDED_BY(mutex) = false;
    bool writing GUARDED_BY(mutex) = false;
    bool closing GUARDED_BY(mutex) = false;
};

// The log cannot report its own errors: if memory runs out, it tries again a little later.
void LineWriter::State::runToTheEnd()
{
    constexpr std::chrono::milliseconds pause{10};
    for (;;) {
        try {
            return run();
        } catch (const std::exception &) {
            std::this_thread::sleep_for(pause);
        }
    }
}

// Lines are dropped only while others wait, so the notice of them comes after those that waited.
void LineWriter::State::run()
{
    setThreadName(name);
    blockSigpipe();
    MutexLock lock(mutex);
    for (;;) {
        while (!closing && waiting.empty())
            wake.wait(mutex);
        if (waiting.empty())
            return;
        const std::deque<std::string> lines = std::exchange(waiting, {});
        const std::uint64_t missing = std::exchange(untold, 0);
        waitingBytes = 0;
        writing = true;
        lock.unlock();
        const std::uint64_t failed = writeAll(lines, missing);
        lock.lock();
        writing = false;
        dropped += failed;
        // If a line failed, the notice was not written either; it is due as soon as lines get
        // through.
        untold += failed > 0 ? failed + missing : 0;
        drained.notifyAll();
    }
}

// Returns how many of the lines could not be written.
std::uint64_t LineWriter::State::writeAll(const std::deque<std::string> &lines,
                                          std::uint64_t missing) const
{
    std::uint64_t failed = 0;
    for (const std::string &line : lines) {
        if (!writeWhole(descriptor, line))
            ++failed;
    }
    try {
        if (missing > 0 && failed == 0)
            writeWhole(descriptor, notice(missing));
    } catch (const std::exception &) {
        // No memory for the notice; /metrics shows the count all the same.
    }
    return failed;
}

LineWriter::LineWriter(int descriptor, std::string_view threadName,
                       std::function<std::string(std::uint64_t)> notice, LineLimits limits)
    : m_state(std::make_shared<State>(descriptor, threadName, std::move(notice), limits))
{
}

LineWriter::~LineWriter()
{
    m_state->close();
}

void LineWriter::write(std::string line)
{
    State &state = *m_state;
    const MutexLock lock(state.mutex);
    if (!state.started) {
        try {
            std::thread([shared = m_state] { shared->runToTheEnd(); }).detach();
            state.started = true;
        } catch (const std::system_error &) {
            return state.drop(1); // no more threads on this system: the next line tries again
        }
    }
    if (!state.hasRoom(line))
        return state.drop(1);
    state.waitingBytes += line.size();
    state.waiting.push_back(std::move(line));
    state.wake.notifyOne();
}

bool LineWriter::flush(std::chrono::milliseconds most)
{
    State &state = *m_state;
    const auto end = std::chrono::steady_clock::now() + most;
    const MutexLock lock(state.mutex);
    bool inTime = true;
    while (inTime && (!state.waiting.empty() || state.writing))
        inTime = state.drained.waitUntil(state.mutex, end);
    return state.waiting.empty() && !state.writing;
}

std::uint64_t LineWriter::dropped() const
{
    const MutexLock lock(m_state->mutex);
    return m_state->dropped;
}

bool writeWhole(int descriptor, std::string_view text)
{
    while (!text.empty()) {
        const auto written = ::write(descriptor, text.data(), text.size());
        if (written >= 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) { // another program has made the pipe non-blocking
            pollfd ready{descriptor, POLLOUT, 0};
            ::poll(&ready, 1, -1);
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

void writeOrGoOn(int descriptor, std::string text, std::chrono::milliseconds most)
{
    std::promise<void> promise;
    const std::future<void> written = promise.get_future();
    std::thread([descriptor, text = std::move(text), promise = std::move(promise)]() mutable {
        setThreadName("writer");
        blockSigpipe();
        writeWhole(descriptor, text);
        promise.set_value();
    }).detach();
    written.wait_for(most);
}

} // namespace warmbench
