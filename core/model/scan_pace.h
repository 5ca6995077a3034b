// Keeps a thread that looks through folders within a small share of one core: a hundredth while
// nothing seems to change, a tenth while something does. What a piece of work took beyond its share
// is rested for afterwards.
// Thread: the one that looks; the request to stop may come from any.
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

    // Between two small pieces of work: rests where the share is used up. False: stop.
    bool go();
    // Between two rounds: rests for a second, and on while the share is used up. False: stop.
    bool nextRound();

private:
    void account();
    bool rest(); // a second

    std::stop_token m_stop;
    std::function<bool()> m_touched;
    std::chrono::steady_clock::time_point m_accounted;
    std::chrono::nanoseconds m_used{};   // processor time of this thread when accounted
    std::chrono::nanoseconds m_credit{}; // may be negative
    bool m_hurry = false;
};

} // namespace warmbench
