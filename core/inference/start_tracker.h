// Tracks the models that load at the start: how many are still loading, and the first that failed.
// Thread: any. Callbacks run on the thread that ends the last load, or at once if nothing loads.
#pragma once

#include "base/mutex.h"
#include "base/result.h"

#include <functional>
#include <optional>
#include <vector>

namespace warmbench {

class StartTracker
{
public:
    void begin()
    {
        const MutexLock lock(m_mutex);
        ++m_underWay;
    }
    void end(const Result<void> &result)
    {
        std::vector<std::function<void()>> callbacks;
        {
            const MutexLock lock(m_mutex);
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
        const MutexLock lock(m_mutex);
        return m_underWay == 0;
    }
    std::optional<Error> failure() const
    {
        const MutexLock lock(m_mutex);
        return m_failure;
    }
    void whenEnded(std::function<void()> done)
    {
        {
            const MutexLock lock(m_mutex);
            if (m_underWay != 0) {
                m_callbacks.push_back(std::move(done));
                return;
            }
        }
        done();
    }

private:
    mutable Mutex m_mutex;
    int m_underWay GUARDED_BY(m_mutex) = 0;
    std::optional<Error> m_failure GUARDED_BY(m_mutex);
    std::vector<std::function<void()>> m_callbacks GUARDED_BY(m_mutex);
};

} // namespace warmbench
