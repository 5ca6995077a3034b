// Keeps a thread that looks through folders within a small share of one core: a hundredth while
// nothing seems to change, a tenth while something does. After a piece of work that took more than
// its share, the thread rests.
// Thread: the one that looks through folders; any thread may request the stop.
#pragma once

#include <chrono>
#include <functional>
#include <stop_token>

namespace warmbench {

class ScanPace
{
public:
    // `touched` says cheaply, about once a second while resting, whether something has changed.
    ScanPace(std::stop_token stop, std::function<bool()> touched);

    // Call it between two small pieces of work: rests if the share is used up. False: stop.
    bool go();
    // Call it between two rounds: rests for a second, and longer if the share is used up. False:
    // stop.
    bool nextRound();

private:
    void account();
    bool rest(); // for a second

    std::stop_token m_stop;
    std::function<bool()> m_touched;
    std::chrono::steady_clock::time_point m_accounted;
    std::chrono::nanoseconds m_used{};   // processor time of this thread at `m_accounted`
    std::chrono::nanoseconds m_credit{}; // processor time that may be used; can be negative
    bool m_hurry = false;
};

} // namespace warmbench
