// A value that another thread gives, and that one thread waits for.
// Thread: set() from any, once; the rest from the one that waits.
#pragma once

#include "base/mutex.h"

#include <chrono>
#include <optional>
#include <stop_token>
#include <utility>

namespace warmbench {

template <typename T>
class Awaited
{
public:
    void set(T value)
    {
        const MutexLock lock(m_mutex);
        m_value.emplace(std::move(value));
        m_came.notifyAll();
    }

    // Nothing where `stop` or `until` came first.
    std::optional<T>
    wait(const std::stop_token &stop = {},
         std::chrono::steady_clock::time_point until = std::chrono::steady_clock::time_point::max())
    {
        const MutexLock lock(m_mutex);
        while (!m_value && !stop.stop_requested() && std::chrono::steady_clock::now() < until) {
            if (until == std::chrono::steady_clock::time_point::max())
                m_came.wait(m_mutex, stop);
            else
                m_came.waitUntil(m_mutex, stop, until);
        }
        return std::exchange(m_value, {});
    }

private:
    Mutex m_mutex;
    StoppableCondition m_came;
    std::optional<T> m_value GUARDED_BY(m_mutex);
};

} // namespace warmbench
