// What loads at start: how many are still under way, and the first that failed.
// Thread: any. Callbacks run on the thread that ends the last load, or at once.
#pragma once

#include "base/result.h"

#include <functional>
#include <mutex>
#include <optional>
#include <vector>

namespace warmbench {

class StartTracker
{
public:
    void begin()
    {
        const std::lock_guard lock(m_mutex);
        ++m_underWay;
    }
    void end(const Result<void> &result)
    {
        std::vector<std::function<void()>> callbacks;
        {
            const std::lock_guard lock(m_mutex);
            if (!result && !m_failure)
                m_failure = result.error();
            if (--m_underWay == 0)
                callbacks.swap(m_callbacks);
        }
        for (const auto &callback : callbacks)
            callback();
    }

    bool allEnded() const
    {
        const std::lock_guard lock(m_mutex);
        return m_underWay == 0;
    }
    std::optional<Error> failure() const
    {
        const std::lock_guard lock(m_mutex);
        return m_failure;
    }
    void whenEnded(std::function<void()> done)
    {
        {
            const std::lock_guard lock(m_mutex);
            if (m_underWay != 0) {
                m_callbacks.push_back(std::move(done));
                return;
            }
        }
        done();
    }

private:
    mutable std::mutex m_mutex;
    int m_underWay = 0;
    std::optional<Error> m_failure;
    std::vector<std::function<void()>> m_callbacks;
};

} // namespace warmbench
