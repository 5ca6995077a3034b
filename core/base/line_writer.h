// Lines for a descriptor that may be slow, full, closed or read by nobody: whoever has a line hands
// it over and goes on, one thread of the writer's own waits for the descriptor.
//
// Lines keep their order. What waits is bounded in lines and bytes; a line that finds no room is
// dropped and counted, and where lines flow again another one tells how many are missing. A line
// that cannot be written (nobody reads any more, the disk is full) counts as dropped too.
// Thread: any. Cost: one mutex and a queue; never a system call. The thread begins with the first
// line and is never waited for: it may stand in a write that does not end.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace warmbench {

struct LineLimits
{
    std::size_t lines = 4096;
    std::size_t bytes = 1 << 20;
};

class LineWriter
{
public:
    // `notice` makes the line that tells how many are missing; lines come with their line feed. The
    // descriptor stays the caller's and open.
    LineWriter(int descriptor, std::string_view threadName,
               std::function<std::string(std::uint64_t)> notice, LineLimits limits = {});
    ~LineWriter(); // what waits is written if that is possible, but not waited for
    LineWriter(const LineWriter &) = delete;
    LineWriter &operator=(const LineWriter &) = delete;

    void write(std::string line);
    // False where lines were still waiting after that time.
    bool flush(std::chrono::milliseconds most);
    std::uint64_t dropped() const;

private:
    struct State;
    std::shared_ptr<State> m_state; // shared with the thread
};

// Writes all of `text`, waiting as long as it takes; false where that is impossible. Raises no
// SIGPIPE where the calling thread blocks it.
bool writeWhole(int descriptor, std::string_view text);

// Hands `text` to a thread of its own and waits for at most that long until it is written. It is
// written later where the descriptor takes it later.
void writeOrGoOn(int descriptor, std::string text, std::chrono::milliseconds most);

} // namespace warmbench
