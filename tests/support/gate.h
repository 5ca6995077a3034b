// A door at which a thread under test waits until the test opens it. Open at first.
// Thread: any. A wait that lasts longer than 30 s ends, so that a broken test fails instead of
// hanging.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace warmbench {

class Gate
{
public:
    void close()
    {
        const std::lock_guard lock(m_mutex);
        m_open = false;
    }
    void open()
    {
        const std::lock_guard lock(m_mutex);
        m_open = true;
        m_changed.notify_all();
    }
    // Called by the code under test.
    void pass()
    {
        std::unique_lock lock(m_mutex);
        ++m_waiting;
        m_changed.notify_all();
        m_changed.wait_for(lock, patience, [this] { return m_open; });
        --m_waiting;
        ++m_passed;
        m_changed.notify_all();
    }
    // True as soon as `count` threads wait at the closed gate.
    bool awaitWaiting(int count)
    {
        std::unique_lock lock(m_mutex);
        return m_changed.wait_for(lock, patience,
                                  [this, count] { return !m_open && m_waiting >= count; });
    }
    // True as soon as `count` threads in total have gone through.
    bool awaitPassed(int count)
    {
        std::unique_lock lock(m_mutex);
        return m_changed.wait_for(lock, patience, [this, count] { return m_passed >= count; });
    }
    int waiting() const
    {
        const std::lock_guard lock(m_mutex);
        return m_waiting;
    }
    int passed() const
    {
        const std::lock_guard lock(m_mutex);
        return m_passed;
    }

private:
    static constexpr std::chrono::seconds patience{30};

    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_open = true;
    int m_waiting = 0;
    int m_passed = 0;
};

} // namespace warmbench
