// Writes lines to a descriptor that may be slow, full, closed or read by nobody. A caller hands its
// line over and goes on; only the writer's own thread waits for the descriptor.
//
// Lines keep their order. The queue is bounded in lines and bytes; a line that finds no room is
// dropped and counted, and once lines flow again a notice says how many are missing. A line that
// cannot be written (nobody reads any more, the disk is full) counts as dropped too.
// Thread: any. Cost: one mutex and a queue; never a system call. The thread starts with the first
// line, and nobody waits for its end: it may hang in a write for ever.
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
    // `notice` makes the line that says how many are missing. Lines come with their line feed. The
    // caller owns the descriptor and keeps it open.
    LineWriter(int descriptor, std::string_view threadName,
               std::function<std::string(std::uint64_t)> notice, LineLimits limits = {});
    ~LineWriter(); // the lines left are written if possible, but nobody waits for that
    LineWriter(const LineWriter &) = delete;
    LineWriter &operator=(const LineWriter &) = delete;

    void write(std::string line);
    // Waits until all lines are written, for `most` at the longest; false if some are still
    // waiting.
    bool flush(std::chrono::milliseconds most);
    std::uint64_t dropped() const;

private:
    struct State;
    std::shared_ptr<State> m_state; // shared with the thread
};

// Writes all of `text`, however long that takes; false if it cannot be written. The calling thread
// should block SIGPIPE, which a closed pipe raises otherwise.
bool writeWhole(int descriptor, std::string_view text);

// Starts a thread that writes `text`, and waits for it at most that long. The thread goes on by
// itself if the descriptor takes the text later.
void writeOrGoOn(int descriptor, std::string text, std::chrono::milliseconds most);

} // namespace warmbench
