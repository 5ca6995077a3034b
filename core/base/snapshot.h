// One immutable value that some threads replace and others read: readers keep what they took for as
// long as they like. Thread: any. Cost: a mutex held for a pointer copy. (GCC 12's
// std::atomic<std::shared_ptr> trips ThreadSanitizer.)
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace warmbench {

template <typename T>
class Snapshot
{
public:
    Snapshot()
        : m_value(std::make_shared<const T>())
    {
    }
    explicit Snapshot(std::shared_ptr<const T> value)
        : m_value(std::move(value))
    {
    }

    std::shared_ptr<const T> get() const
    {
        const std::lock_guard lock(m_mutex);
        return m_value;
    }
    // The old value is destroyed after the lock is gone.
    void set(std::shared_ptr<const T> value)
    {
        const std::lock_guard lock(m_mutex);
        m_value.swap(value);
    }
    void set(T value) { set(std::make_shared<const T>(std::move(value))); }

private:
    mutable std::mutex m_mutex;
    std::shared_ptr<const T> m_value;
};

} // namespace warmbench
