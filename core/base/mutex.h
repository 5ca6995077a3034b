// Locks that the compiler checks. A member says which mutex guards it, and a function says which
// mutex its caller must hold. Clang refuses code that uses such a member or calls such a function
// without the mutex (packaging/locks.py, in CI). Other compilers ignore all this.
//
//     mutable Mutex m_mutex;
//     std::deque<Job> m_jobs GUARDED_BY(m_mutex);
//     void dropOldest() REQUIRES(m_mutex); // the caller holds it
//     void clear() EXCLUDES(m_mutex); // takes it itself
//
// Conditions take no predicate, because Clang would check it without the lock around it: `while
// (m_jobs.empty()) m_came.wait(m_mutex);`. Constructors and destructors are not checked.
//
// Thread: any. Cost: that of the std::mutex or std::condition_variable inside.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <utility>

#ifdef __clang__
#define WARMBENCH_ATTRIBUTE(...) __attribute__((__VA_ARGS__))
#else
#define WARMBENCH_ATTRIBUTE(...)
#endif

#define CAPABILITY(name) WARMBENCH_ATTRIBUTE(capability(name))
#define SCOPED_CAPABILITY WARMBENCH_ATTRIBUTE(scoped_lockable)
#define GUARDED_BY(mutex) WARMBENCH_ATTRIBUTE(guarded_by(mutex))
#define REQUIRES(mutex) WARMBENCH_ATTRIBUTE(requires_capability(mutex))
#define EXCLUDES(mutex) WARMBENCH_ATTRIBUTE(locks_excluded(mutex))
#define ACQUIRE(...) WARMBENCH_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define RELEASE(...) WARMBENCH_ATTRIBUTE(release_capability(__VA_ARGS__))

namespace warmbench {

class CAPABILITY("mutex") Mutex
{
public:
    void lock() ACQUIRE() { m_mutex.lock(); }
    void unlock() RELEASE() { m_mutex.unlock(); }

private:
    friend class Condition;
    friend class StoppableCondition;

    std::mutex m_mutex;
};

// Holds the mutex for as long as the object lives, except between unlock() and lock().
class SCOPED_CAPABILITY MutexLock
{
public:
    explicit MutexLock(Mutex &mutex) ACQUIRE(mutex)
        : m_mutex(mutex)
    {
        m_mutex.lock();
    }
    ~MutexLock() RELEASE()
    {
        if (m_held)
            m_mutex.unlock();
    }
    MutexLock(const MutexLock &) = delete;
    MutexLock &operator=(const MutexLock &) = delete;

    void unlock() RELEASE()
    {
        m_held = false;
        m_mutex.unlock();
    }
    void lock() ACQUIRE()
    {
        m_mutex.lock();
        m_held = true;
    }

private:
    Mutex &m_mutex;
    bool m_held = true;
};

// A condition to wait for. wait() releases the mutex and takes it again before it returns. It may
// return without a reason, so the caller must check again.
class Condition
{
public:
    void wait(Mutex &mutex) REQUIRES(mutex)
    {
        std::unique_lock held(mutex.m_mutex, std::adopt_lock);
        m_condition.wait(held);
        held.release();
    }
    // False: the time has passed.
    bool waitUntil(Mutex &mutex, std::chrono::steady_clock::time_point time) REQUIRES(mutex)
    {
        std::unique_lock held(mutex.m_mutex, std::adopt_lock);
        const auto status = m_condition.wait_until(held, time);
        held.release();
        return status == std::cv_status::no_timeout;
    }
    void notifyOne() { m_condition.notify_one(); }
    void notifyAll() { m_condition.notify_all(); }

private:
    std::condition_variable m_condition;
};

// The same for a thread that may be told to stop: a request to stop ends each wait.
class StoppableCondition
{
public:
    void wait(Mutex &mutex, const std::stop_token &stop) REQUIRES(mutex)
    {
        std::unique_lock held(mutex.m_mutex, std::adopt_lock);
        m_condition.wait(held, stop, Once());
        held.release();
    }
    // False: the time has passed, or the thread must stop.
    bool waitUntil(Mutex &mutex, const std::stop_token &stop,
                   std::chrono::steady_clock::time_point time) REQUIRES(mutex)
    {
        std::unique_lock held(mutex.m_mutex, std::adopt_lock);
        m_condition.wait_until(held, stop, time, Once());
        held.release();
        return !stop.stop_requested() && std::chrono::steady_clock::now() < time;
    }
    void notifyAll() { m_condition.notify_all(); }

private:
    // With a stop token the library needs a predicate. This one is false at the first check and
    // true from the second on, so that the first wake ends the wait.
    class Once
    {
    public:
        bool operator()() { return std::exchange(m_looked, true); }

    private:
        bool m_looked = false;
    };

    std::condition_variable_any m_condition;
};

// Sleeps for so long. False: the thread was told to stop before that.
inline bool sleepFor(std::chrono::nanoseconds span, const std::stop_token &stop)
{
    const auto end = std::chrono::steady_clock::now() + span;
    Mutex mutex; // guards no member: a wait needs a mutex
    StoppableCondition never;
    const MutexLock lock(mutex);
    while (!stop.stop_requested() && std::chrono::steady_clock::now() < end)
        never.waitUntil(mutex, stop, end);
    return !stop.stop_requested();
}

} // namespace warmbench
