// What the machine itself does to anybody, to be taken off what is measured on a busy one. Thread:
// one per object.
#pragma once

#include "base/clock.h"
#include "base/duration.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

namespace warmbench {

// The longest time between two beats.
class Gap
{
public:
    void beat()
    {
        const SteadyTime now = std::chrono::steady_clock::now();
        m_longest = std::max(m_longest, toMilliseconds(now - m_last));
        m_last = now;
    }
    double longest() const { return m_longest; }

private:
    SteadyTime m_last = std::chrono::steady_clock::now();
    double m_longest = 0;
};

// A thread that does nothing but wake every millisecond: what the machine itself does to anybody.
class BareThread
{
public:
    BareThread()
        : m_thread([this] {
            while (!m_stop) {
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
                m_gap.beat();
            }
        })
    {
    }
    ~BareThread() { end(); }
    BareThread(const BareThread &) = delete;
    BareThread &operator=(const BareThread &) = delete;

    double end()
    {
        m_stop = true;
        if (m_thread.joinable())
            m_thread.join();
        return m_gap.longest();
    }

private:
    std::atomic<bool> m_stop{false};
    Gap m_gap;
    std::thread m_thread;
};

} // namespace warmbench
